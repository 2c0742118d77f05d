// Bundles that are open for reading: a limited number, since each may be a descriptor of the system. One that is being read is not closed.

import type { MaybePromise, ObjectReader, ObjectStore } from '@varve/core';

const MOST_OPEN = 64;

interface Open {
  readonly opening: Promise<ObjectReader>;
  busy: number;
}

export class BundleReaders {
  readonly #local: ObjectStore;
  readonly #open = new Map<string, Open>();

  constructor(local: ObjectStore) {
    this.#local = local;
  }

  /** `length` bytes of the bundle, in a buffer of their own. */
  async read(name: string, size: number, offset: number, length: number): Promise<Uint8Array> {
    const open = this.#open.get(name) ?? this.#begin(name, size);
    // Whoever was used last is closed last.
    this.#open.delete(name);
    this.#open.set(name, open);
    const bytes = new Uint8Array(length);
    open.busy++;
    try {
      await (await open.opening).readInto(bytes, offset);
      return bytes;
    } catch (error) {
      if (this.#open.get(name) === open) this.#open.delete(name);
      throw error;
    } finally {
      open.busy--;
      if (this.#open.get(name) !== open && open.busy === 0) letGo(open);
    }
  }

  /** Closes the bundle, when it is open and as soon as nobody reads it. */
  close(name: string): void {
    const open = this.#open.get(name);
    this.#open.delete(name);
    if (open?.busy === 0) letGo(open);
  }

  closeAll(): void {
    for (const name of [...this.#open.keys()]) this.close(name);
  }

  #begin(name: string, size: number): Open {
    for (const [oldest, { busy }] of this.#open) {
      if (this.#open.size < MOST_OPEN) break;
      if (busy === 0) this.close(oldest);
    }
    const opening = (async (): Promise<ObjectReader> => this.#local.openObject(name, size))();
    return { opening, busy: 0 };
  }
}

/** Whether that succeeds is nobody's matter. */
function letGo({ opening }: Open): void {
  opening.then((reader): MaybePromise<void> => reader.close()).catch(() => undefined);
}
