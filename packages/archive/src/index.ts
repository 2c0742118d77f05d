// Public names of @varve/archive, and nothing else.

export { archiveDatabase, archiveImage, type ArchivedImage, type ArchiveOptions } from './archive.ts';
export { objectsOf, restoreArchive } from './restore-archive.ts';
