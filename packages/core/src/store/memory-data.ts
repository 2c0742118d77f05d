// What the handles of one memory store share: finished objects, log segments, the courtesy lock. Objects are immutable: a crash copies references only.

/** A log segment: `bytes` has room to grow, `length` of them were appended, the first `synced` survive a power cut, and so does its name once `named`. */
export interface MemorySegment {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
  synced: number;
  named: boolean;
}

/** The state of one memory store. */
export class MemoryData {
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly segments = new Map<number, MemorySegment>();
  /** Whoever holds the lock; only its identity matters. */
  lock: object | undefined;

  /** Counted on demand: then there is no counter to get wrong. */
  usedBytes(): number {
    let used = 0;
    for (const { length } of [...this.objects.values(), ...this.segments.values()]) used += length;
    return used;
  }

  /** What is left after a power cut: objects, synced bytes of the log, and what `unsynced` makes of the others. */
  afterPowerCut(unsynced: (bytes: Uint8Array, segment: number) => Uint8Array): MemoryData {
    const data = new MemoryData();
    for (const [name, bytes] of this.objects) data.objects.set(name, bytes);
    for (const [number, { bytes, length, synced, named }] of this.segments) {
      const tail = unsynced(bytes.slice(synced, length), number);
      const left = synced + tail.length;
      if (left === 0 && !named) continue;
      const survivor = grown(bytes.subarray(0, synced), left);
      survivor.set(tail, synced);
      data.segments.set(number, { bytes: survivor, length: left, synced: left, named: true });
    }
    return data;
  }
}

/** A copy with room for at least `length` bytes. */
export function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(Math.max(length, bytes.length * 2));
  copy.set(bytes);
  return copy;
}
