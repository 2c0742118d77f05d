// Whether a key space can be written to. Shared by all handles of it, whatever codecs they were made with: until the manifest names its id, an
// acknowledged write could come back in another key space; after it was dropped, it could never be found again.

import { StorageError } from '../base/errors.ts';

export class SpaceLife {
  #creation: Promise<unknown> | undefined;
  #isDropped = false;

  /** Set until the manifest names the key space: writes wait for it. Throws once it was dropped. */
  get ready(): Promise<unknown> | undefined {
    if (this.#isDropped) throw new StorageError('CLOSED', 'the key space was dropped: make it again');
    return this.#creation;
  }

  /** The manifest is being told of it. */
  creating(creation: Promise<unknown>): void {
    this.#creation = creation;
  }

  /** The manifest names it. */
  created(): void {
    this.#creation = undefined;
  }

  /** Nothing is written any more from now on. */
  dropped(): void {
    this.#isDropped = true;
  }
}
