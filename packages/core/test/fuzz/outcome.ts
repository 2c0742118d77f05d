// How a decoder may end: with a value, or with an error that says of stored bytes what is wrong with them.

import { StorageError } from '../../src/base/errors.ts';

const CODES: readonly string[] = ['CORRUPTION', 'UNSUPPORTED'];

/** What came of it. `refused`: the object that the error names, '' where it names none. */
export type Tried<T> = { readonly value: T; readonly refused?: undefined } | { readonly value?: undefined; readonly refused: string };

/** Runs a decoder. Whatever it throws but CORRUPTION and UNSUPPORTED goes on. */
export function tried<T>(decode: () => T): Tried<T> {
  try {
    return { value: decode() };
  } catch (error) {
    if (!(error instanceof StorageError) || !CODES.includes(error.code)) throw error;
    return { refused: error.object ?? '' };
  }
}

/** How many tries ended in which way. */
export class Ends {
  value = 0;
  refused = 0;

  count({ refused }: Tried<unknown>): void {
    if (refused === undefined) this.value++;
    else this.refused++;
  }

  /** The rarer way. */
  get least(): number {
    return Math.min(this.value, this.refused);
  }
}
