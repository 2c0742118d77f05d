// Whether a key space can be written to. Shared by all handles of it, whatever codecs they were made with: until the manifest names its id, an
// acknowledged write could come back in another key space; after it was dropped, it could never be found again.

import { StorageError } from '../base/errors.ts';

export class SpaceLife {
  /** Set until the manifest names the key space. */
  creation: Promise<unknown> | undefined;
  /** Nothing is written any more. */
  dropped = false;

  /** What writes have to wait for, if anything. Throws once it was dropped. */
  get ready(): Promise<unknown> | undefined {
    if (this.dropped) throw new StorageError('CLOSED', 'the key space was dropped: open it again');
    return this.creation;
  }
}
