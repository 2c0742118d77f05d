// Public names of the file system adapter.

export { fsStore, type FsStore } from './fs-store.ts';
