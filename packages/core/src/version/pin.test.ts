// A pin's object: what it says comes back, and whatever is damaged is told.

import { describe, expect, it } from 'vitest';
import { RECORD_HEADER_BYTES } from '@varve/wasm-kernels';
import { kernelRoom } from '../heap/kernel-room.ts';
import { encodeManifest } from './manifest.ts';
import { snapshotToJson } from './manifest-format.ts';
import { decodePin, encodePin, type Pin } from './pin.ts';
import { manifestState } from './version-test-kit.ts';

const room = kernelRoom(1 << 20);
const state = manifestState({ floor: 30, retired: [{ id: { term: 1, counter: 9 }, number: 31, at: 5 }] });
const pin: Omit<Pin, 'object'> = { name: 'before-2026', madeAt: 1000, until: 2000, state };

/** Without the zeros at the end, which nothing reads. */
const usedBytes = (bytes: Uint8Array): number => 8 + RECORD_HEADER_BYTES + new DataView(bytes.buffer).getUint32(8, true);

describe('a pin', () => {
  it('holds the whole state, a name and a time; what garbage there was is not of it', () => {
    const { object, bytes } = encodePin(room, pin, 'ab12');
    expect(object).toBe('pin/before-2026/00000000000000000032-ab12.pin');
    expect(decodePin(room, object, bytes)).toEqual({ ...pin, object, state: { ...state, floor: 0, retired: [] } });
  });

  it('may have no end', () => {
    const { object, bytes } = encodePin(room, { ...pin, until: undefined }, 'ab12');
    expect(decodePin(room, object, bytes).until).toBeUndefined();
  });

  it('that is cut off anywhere is CORRUPTION, which names it', () => {
    const { object, bytes } = encodePin(room, pin, 'ab12');
    for (let length = 0; length < usedBytes(bytes); length++) {
      expect(() => decodePin(room, object, bytes.slice(0, length))).toThrow(expect.objectContaining({ code: 'CORRUPTION', object }));
    }
  });

  it('with a bit flipped anywhere is refused, and named', () => {
    const { object, bytes } = encodePin(room, pin, 'ab12');
    for (let bit = 0; bit < 8 * usedBytes(bytes); bit += 5) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodePin(room, object, flipped)).toThrow(expect.objectContaining({ object }));
    }
  });

  it('is no manifest, and a manifest is no pin', () => {
    const { object } = encodePin(room, pin, 'ab12');
    expect(() => decodePin(room, object, encodeManifest(room, 32, snapshotToJson(state)))).toThrow(/damaged/);
    expect(() => decodePin(room, object, encodeManifest(room, 0, snapshotToJson(state)))).toThrow(/not a pin/);
  });
});
