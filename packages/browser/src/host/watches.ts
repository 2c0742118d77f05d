// Who wants to know of changes in which range. A write is told when it is acknowledged.

import type { FrameWriter } from '../wire/frame-writer.ts';
import { Event } from '../wire/protocol.ts';
import type { Answers } from './answers.ts';
import { isInside, type RawRange } from './raw-range.ts';

/** So many keys of one change are named; of more it is only told that there were some. */
const MOST_KEYS = 1000;

export interface WatchedRange {
  /** Its identity. */
  readonly space: string;
  readonly range: RawRange;
  readonly answers: Answers;
  readonly number: number;
}

/** Keys that a write changed, by key space. */
export type Changed = ReadonlyMap<string, readonly Uint8Array[]>;

export class Watches {
  readonly #watched = new Set<WatchedRange>();

  get isEmpty(): boolean {
    return this.#watched.size === 0;
  }

  add(watched: WatchedRange): void {
    this.#watched.add(watched);
  }

  remove(watched: WatchedRange): void {
    this.#watched.delete(watched);
  }

  tell(changed: Changed, epoch: bigint): void {
    for (const { space, range, answers, number } of this.#watched) {
      const keys = (changed.get(space) ?? []).filter((key) => isInside(key, range));
      if (keys.length === 0) continue;
      const named = keys.length > MOST_KEYS ? [] : keys;
      answers.tell(Event.change, (frame: FrameWriter) => {
        frame
          .u32(number)
          .u64(epoch)
          .u8(Number(named.length < keys.length))
          .u32(named.length);
        for (const key of named) frame.bytes(key);
      });
    }
  }

  /** A whole range has changed, and its keys are not known. */
  tellOf(space: string): void {
    for (const watched of this.#watched) {
      if (watched.space !== space) continue;
      watched.answers.tell(Event.change, (frame) => frame.u32(watched.number).u64(0n).u8(1).u32(0));
    }
  }
}
