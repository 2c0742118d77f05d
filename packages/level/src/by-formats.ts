// One thing for each pair of formats of keys and values, made when it is first asked for.

import type { OutFormat } from './formats.ts';

export class ByFormats<T> {
  readonly #make: (keys: OutFormat, values: OutFormat) => T;
  readonly #made: Record<OutFormat, Partial<Record<OutFormat, T>>> = { utf8: {}, view: {}, none: {} };

  constructor(make: (keys: OutFormat, values: OutFormat) => T) {
    this.#make = make;
  }

  get(keys: OutFormat, values: OutFormat): T {
    return (this.#made[keys][values] ??= this.#make(keys, values));
  }
}
