// Public names of @varve/core/copy: a database as the objects that it consists of, and copies of it in other stores. A separate entry, so that programs
// which only use a database do not carry it.

export { copyDatabase, piecesOf, type CopyOptions } from './copy/copy-database.ts';
export { DatabaseImage, imageOf, type ImageObject, type ImageSource } from './copy/image.ts';
export { checkObjectName, restoreObjects, type ObjectSource, type RestoreOptions } from './copy/restore.ts';
