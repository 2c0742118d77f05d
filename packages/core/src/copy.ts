// Public names of @varve/core/copy: a database as the objects that it consists of, and copies of it in other stores. A separate entry, so that programs
// which only use a database do not carry it.

export { copyDatabase, type CopyOptions } from './copy/copy-database.ts';
export { piecesOf } from './copy/pieces.ts';
export { DatabaseImage, imageOf, type ImageObject } from './copy/image.ts';
export type { ImageSource } from './copy/image-source.ts';
export { storedImageOf } from './copy/stored-image.ts';
export { checkObjectName, restoreObjects, type RestoreOptions } from './copy/restore.ts';
export type { ObjectSource } from './copy/write-object.ts';
export { publish, type PublishOptions } from './copy/publish.ts';
export type { Publication, PublishedManifest } from './format/publication.ts';
