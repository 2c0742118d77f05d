// Key spaces as the worker holds them: one object for each, whichever pages use it.

import { rawCodec } from './raw-codec.ts';
import { CLIENTS } from './client-writes.ts';
import type { RawDatabase, RawSpace } from './raw-database.ts';

/** What a key space is known by to who watches it: one that is dropped and made anew is still the same. */
export function identityOf(name: string, keys: string): string {
  return `${name} ${keys}`;
}

export class RawSpaces {
  readonly #db: RawDatabase;
  readonly #open = new Map<string, { readonly keys: string; readonly values: string; readonly space: RawSpace }>();

  constructor(db: RawDatabase) {
    this.#db = db;
  }

  /** Names of codecs are compared with what is recorded: who names others is refused. */
  open(name: string, keys: string, values: string): RawSpace {
    if (name === CLIENTS) throw new TypeError(`the name of this key space is taken: ${name}`);
    const known = this.#open.get(name);
    if (known?.keys === keys && known.values === values) return known.space;
    const space = this.#db.keyspace(name, { keys: rawCodec(keys), values: rawCodec(values) }) as unknown as RawSpace;
    this.#open.set(name, { keys, values, space });
    return space;
  }

  /** `dropped` is called with what others may watch. */
  async drop(name: string, dropped: (identity: string) => void): Promise<boolean> {
    const known = this.#open.get(name);
    this.#open.delete(name);
    const was = await this.#db.dropKeyspace(name);
    if (known !== undefined) dropped(identityOf(name, known.keys));
    return was;
  }
}
