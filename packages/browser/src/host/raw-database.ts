// The database as the worker holds it: keys and values are bytes.

import type { Database, ObjectStore } from '@varve/core';

export type RawDatabase = Database<ObjectStore, Uint8Array, Uint8Array, Uint8Array>;
export type RawSpace = Pick<RawDatabase, 'get' | 'getMany' | 'has' | 'getEntry' | 'scan' | 'clear'>;
