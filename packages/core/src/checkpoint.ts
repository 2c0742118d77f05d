// Public names of @varve/core/checkpoint: states of a database that stay, what is made of them, and what nobody needs any more. A separate entry, so that
// programs which only use a database do not carry it.

export { createCheckpoint, deleteCheckpoint, listCheckpoints, type Checkpoint, type CheckpointOptions } from './copy/checkpoint.ts';
export { checkpointStore } from './copy/checkpoint-store.ts';
export { collectGarbage } from './copy/collect-garbage.ts';
export { cloneDatabase, type Clone, type CloneOptions } from './copy/clone.ts';
export type { ImageSource } from './copy/image-source.ts';
