// For tests: the pins of a store, and pins to be found there.

import { kernelRoom } from '../heap/kernel-room.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { encodePin, type Pin } from '../version/pin.ts';
import { manifestState } from '../version/version-test-kit.ts';
import { Pinned } from './pinned.ts';

const ROOM_BYTES = 1 << 20;

/** The time of tests, ms. */
export const NOON = 1_764_000_000_000;

export const pinnedOf = (store: ObjectStore, now = () => NOON): Pinned => new Pinned({ ...kernelRoom(ROOM_BYTES), store }, now);

/** A pin, as it would be stored. */
export function pinObject(pin: Partial<Pin> = {}, nonce = '00ff') {
  return encodePin(kernelRoom(ROOM_BYTES), { name: 'kept', madeAt: NOON, until: undefined, state: manifestState(), ...pin }, nonce);
}
