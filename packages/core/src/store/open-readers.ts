// Objects kept open for reading: opening one costs more than a read, and a process may hold only so many file descriptors.
// At most `limit` stay open; the one opened longest ago goes first, unless it was read again since. A reader in the middle of
// an asynchronous read is left alone.

import { closed } from '../base/errors.ts';
import { allOf, andThen, isPromise, letGo, type MaybePromise } from '../base/maybe-promise.ts';
import type { ObjectReader, ObjectStore, SyncOperations } from './object-store.ts';

interface Open {
  readonly reader: ObjectReader;
  busy: number;
  /** It was read again since it was opened or passed over. */
  used: boolean;
}

export class OpenReaders {
  readonly #storeOf: (name: string) => ObjectStore;
  readonly #limit: number;
  readonly #open = new Map<string, Open>();
  #ended = false;

  constructor(storeOf: (name: string) => ObjectStore, limit: number) {
    this.#storeOf = storeOf;
    this.#limit = limit;
  }

  /** Fills `target` from `offset` of the object, which is `size` bytes long. */
  readInto(name: string, size: number, target: Uint8Array, offset: number): MaybePromise<void> {
    const open = this.#open.get(name);
    if (open !== undefined) {
      open.used = true;
      return this.#read(open, target, offset);
    }
    const store = this.#storeOf(name);
    const door: ObjectStore | SyncOperations = store.sync ?? store;
    return andThen(door.openObject(name, size), (reader) => this.#read(this.#add(name, reader), target, offset));
  }

  /** Closes the object, when it is open. */
  close(name: string): MaybePromise<void> {
    const open = this.#open.get(name);
    this.#open.delete(name);
    return open?.reader.close();
  }

  /** Closes everything, also what is on its way. Nothing is read any more. */
  async closeAll(): Promise<void> {
    this.#ended = true;
    await allOf([...this.#open.keys()].map((name) => this.close(name)));
  }

  #read(open: Open, target: Uint8Array, offset: number): MaybePromise<void> {
    const reading = open.reader.readInto(target, offset);
    if (!isPromise(reading)) return undefined;
    open.busy++;
    return reading.finally(() => {
      open.busy--;
    });
  }

  /** Two reads may have opened the same object at once: the first stays. */
  #add(name: string, reader: ObjectReader): Open {
    if (this.#ended) {
      letGo(reader);
      throw closed();
    }
    const other = this.#open.get(name);
    if (other !== undefined) {
      letGo(reader);
      return other;
    }
    while (this.#open.size >= this.#limit && this.#closeOldest());
    const open = { reader, busy: 0, used: false };
    this.#open.set(name, open);
    return open;
  }

  /** False: all of them are busy. There are more than `limit` then, until they are not. */
  #closeOldest(): boolean {
    for (const [name, open] of this.#open) {
      if (open.busy > 0) continue;
      this.#open.delete(name);
      if (open.used) {
        open.used = false;
        this.#open.set(name, open);
        continue;
      }
      letGo(open.reader);
      return true;
    }
    return false;
  }
}
