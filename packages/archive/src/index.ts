// Public names of @varve/archive, and nothing else.

export { archiveDatabase, archiveImage, type ArchivedImage } from './archive.ts';
export { objectsOf, restoreArchive, type RestoreOptions } from './restore-archive.ts';
