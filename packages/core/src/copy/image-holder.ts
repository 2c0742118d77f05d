// What keeps the objects of an image while they are copied.

import type { MaybePromise } from '../base/maybe-promise.ts';
import type { Turns } from '../scheduler/turn.ts';
import type { ObjectReader } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { ManifestParts } from '../version/manifest.ts';

export interface ImageHolder {
  readonly state: ManifestState;
  /** What encodes a manifest. */
  readonly parts: Pick<ManifestParts, 'heap' | 'kernels'>;
  readonly turns: Turns;
  /** Throws `CLOSED` once it is. */
  assertOpen(): void;
  openObject(name: string, size: number): MaybePromise<ObjectReader>;
  /** Throws what it means that an object could not be read. */
  unread(error: unknown): MaybePromise<never>;
  release(): MaybePromise<void>;
}
