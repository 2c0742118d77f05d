// Which SSTs somebody has pinned. Pins are asked for before each deletion; one that was read once is known.

import { idText, type ObjectId } from '../format/object-names.ts';
import { io, type Job } from '../scheduler/job.ts';
import { listPins, readPins, type PinParts } from '../version/pin.ts';

interface Known {
  readonly until: number;
  readonly ids: ReadonlySet<string>;
}

export class Pinned {
  readonly #parts: PinParts;
  readonly #now: () => number;
  /** By the object's name, which is never used for another. */
  #known: ReadonlyMap<string, Known> = new Map();

  constructor(parts: PinParts, now: () => number) {
    this.#parts = parts;
    this.#now = now;
  }

  /**
   * Looks. Pins whose time is over are deleted, and count until they are gone: whoever makes a pin of the same state meanwhile sees by that whether it
   * came in time. So it is looked again when one of them is gone before it was read.
   */
  *look(): Job<(id: ObjectId) => boolean> {
    for (;;) {
      const there = yield* this.#read(yield* listPins(this.#parts.store));
      if (there === undefined) continue;
      const now = this.#now();
      const over = [...there].filter(([, { until }]) => until <= now).map(([object]) => object);
      if (over.length > 0) {
        yield* io(this.#parts.store, (door) => door.delete(over));
        continue;
      }
      this.#known = there;
      const pinned = new Set([...there.values()].flatMap(({ ids }) => [...ids]));
      return (id) => pinned.has(idText(id));
    }
  }

  /** Undefined when one of them is gone. */
  *#read(objects: readonly string[]): Job<ReadonlyMap<string, Known> | undefined> {
    const known = this.#known;
    const unknown = objects.filter((object) => !known.has(object));
    const found = yield* readPins(this.#parts, unknown);
    if (found.length < unknown.length) return undefined;
    const there = new Map(objects.flatMap((object) => (known.has(object) ? [[object, known.get(object)!] as const] : [])));
    for (const { object, until = Infinity, state } of found) {
      there.set(object, { until, ids: new Set([...state.version.ssts()].map(({ id }) => idText(id))) });
    }
    return there;
  }
}
