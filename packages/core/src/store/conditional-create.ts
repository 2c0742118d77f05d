// Create if absent in an object storage that has a conditional PUT. Whoever loses a race is told so in one way or another, as the server likes, and who got
// no answer may have won; also without knowing, since runtimes send a request again by themselves when a line breaks. So whatever is not a clear yes is
// decided by what stands under the name: each call carries a nonce, and finds its own there or another's (docs/PROTOCOL.md, rule 7). Only when there is
// nothing it is tried again, with the same bytes and the same nonce.

import { StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import { systemRandom } from '../base/random.ts';
import { backOff, type Patience } from './patience.ts';

/** An object that is to be created: the same in each try. */
export interface Creation {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Nobody else has it. It is kept beside the bytes. */
  readonly nonce: string;
}

/** Why a try has made nothing, as far as is known: another's object is there, it was refused for good, or it may have taken place. */
export interface FailedTry {
  readonly fate: 'lost' | 'refused' | 'unknown';
  readonly error: StorageError;
}

/** How an object storage is asked to create. */
export interface Creator {
  readonly patience: Patience;
  /** One request. Undefined: the object is there, and this try has made it. */
  create(creation: Creation): Promise<FailedTry | undefined>;
  /** Whose object stands under the name; undefined: there is none. */
  ownerOf(creation: Creation): Promise<'this' | 'another' | undefined>;
}

/** True: the object is there, and this call has made it. False: another's is there. */
export async function createIfAbsent(creator: Creator, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const creation: Creation = { name, bytes, nonce: randomHex(systemRandom, 16) };
  /** An earlier try may have taken place. */
  let unknown = false;
  let last: FailedTry | undefined;
  for (let tried = 1; tried <= creator.patience.tries; tried++) {
    if (tried > 1) await backOff(creator.patience, tried - 1);
    last = await creator.create(creation);
    if (last === undefined) return true;
    if (last.fate === 'refused') break;
    unknown ||= last.fate === 'unknown';
    const owner = await look(creator, creation, unknown);
    if (owner !== undefined) return owner === 'this';
  }
  throw unknown ? undecided(name, last?.error) : contended(name, last);
}

async function look(creator: Creator, creation: Creation, unknown: boolean): Promise<'this' | 'another' | undefined> {
  try {
    return await creator.ownerOf(creation);
  } catch (error) {
    throw unknown ? undecided(creation.name, error) : error;
  }
}

function undecided(object: string, cause: unknown): StorageError {
  const words = 'it is not known whether the object was created: the object storage has not answered';
  return new StorageError('UNKNOWN', words, { cause, object });
}

/** Refused for good before anything can have taken place, or told each time that another was there though nothing was. */
function contended(object: string, last: FailedTry | undefined): StorageError {
  if (last?.fate === 'refused') return last.error;
  return new StorageError('UNAVAILABLE', 'others create and delete this object all the time: try again', { cause: last?.error, object });
}
