// A Level database in memory.

import { memoryStore } from '@varve/core';
import type { DatabaseOptions } from './options.ts';
import { StoreLevel } from './store-level.ts';

/**
 * A Level database in memory. What it holds outlasts `close()` and `open()`, and ends with the object.
 *
 * @example
 * const db = new MemoryLevel<string, number[]>({ valueEncoding: 'json' });
 * await db.batch([
 *   { type: 'put', key: 'a', value: [1] },
 *   { type: 'put', key: 'b', value: [1, 2] },
 * ]);
 * console.log(await db.values().all());
 */
export class MemoryLevel<KDefault = string, VDefault = string> extends StoreLevel<KDefault, VDefault> {
  constructor(options?: DatabaseOptions<KDefault, VDefault>) {
    super(memoryStore(), options);
  }
}
