// One entry as it is stored, wherever it stands: in a batch of the log or in a block of an SST.

import { KIND_DELETE, KIND_MERGE, KIND_POINTER, KIND_PUT, KIND_RANGE_DELETE } from '@varve/wasm-kernels';
import { unreadable } from '../base/errors.ts';
import { orderedVarintLength, readOrderedVarint } from '../format/ordered-varint.ts';

/** What an entry does. */
export type EntryKind = 'put' | 'delete' | 'put-pointer' | 'range-delete' | 'merge';

/** An entry with its bytes, which are the caller's own. */
export interface InspectedEntry {
  readonly kind: EntryKind;
  /** Id of the key space; 0 is the database's own. */
  readonly keySpace: number;
  /** The user's key, encoded. */
  readonly key: Uint8Array;
  /** Encoded value; empty where the kind has none. */
  readonly value: Uint8Array;
  readonly epoch: bigint;
  /** When it expires, ms since 1970. */
  readonly expiry: bigint | undefined;
}

const KINDS: readonly EntryKind[] = ['put', 'delete', 'put-pointer', 'range-delete', 'merge'];
const NUMBERS: readonly number[] = [KIND_PUT, KIND_DELETE, KIND_POINTER, KIND_RANGE_DELETE, KIND_MERGE];

/** Puts an entry together from its stored key. */
export function inspectedEntry(
  kind: number,
  storedKey: Uint8Array,
  rest: { readonly value: Uint8Array; readonly epoch: bigint; readonly expiry: bigint | undefined },
): InspectedEntry {
  const name = KINDS[NUMBERS.indexOf(kind)];
  if (name === undefined) throw unreadable('entry', `kind=${kind}`);
  const keySpace = readOrderedVarint(storedKey, 0);
  return { kind: name, keySpace, key: storedKey.subarray(orderedVarintLength(storedKey[0])), ...rest };
}
