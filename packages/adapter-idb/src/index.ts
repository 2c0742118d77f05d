import { memoryStore, type ObjectStore } from '@varve/core';
/** Not yet. */
export const idbStore = (_name: string): ObjectStore => memoryStore();
