// Public names of @varve/adapter-opfs, and nothing else.

export { opfsStore, type OpfsOptions, type OpfsStore } from './opfs-store.ts';
