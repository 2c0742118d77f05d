// A Level database in a directory.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fsStore } from '@varve/adapter-fs';
import ModuleError from 'module-error';
import type { DatabaseOptions, OpenOptions } from './options.ts';
import { StoreLevel } from './store-level.ts';

/**
 * A Level database in a directory, on Node, Deno and Bun. It opens itself; everything that is asked before waits for that.
 *
 * @example
 * import { Level } from '@varve/level';
 *
 * const db = new Level<string, { population: number }>('./db', { valueEncoding: 'json' });
 * await db.put('Oslo', { population: 709_000 });
 * console.log(await db.get('Oslo'));
 * for await (const [name, { population }] of db.iterator({ gte: 'O' })) console.log(name, population);
 * await db.close();
 */
export class Level<KDefault = string, VDefault = string> extends StoreLevel<KDefault, VDefault> {
  readonly #location: string;

  /** `location`: path of the directory, which is made if it is missing. */
  constructor(location: string, options?: DatabaseOptions<KDefault, VDefault>) {
    if (typeof location !== 'string' || location === '') {
      throw new TypeError('the location of a database is the path of a directory, a string that is not empty');
    }
    super(fsStore(location), options);
    this.#location = location;
  }

  /** The path that the constructor was given. */
  get location(): string {
    return this.#location;
  }

  protected override async _open(options: OpenOptions): Promise<void> {
    // LevelDB's files would be taken for a damaged database.
    if (existsSync(join(this.#location, 'CURRENT'))) {
      throw new ModuleError(`this directory holds a LevelDB database: copy its entries to another one location=${this.#location}`, {
        code: 'LEVEL_NOT_SUPPORTED',
      });
    }
    await super._open(options);
  }
}
