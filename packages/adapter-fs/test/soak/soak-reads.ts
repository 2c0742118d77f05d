// Reads of a soak, each checked. Reads of the database's own key space may go on beside writes.

import type { SoakCounts } from './soak-counts.ts';
import type { HeldSnapshot, SoakDatabase } from './soak-database.ts';
import type { Draw } from './draw.ts';
import { checkScan, checkScanSync, type Stretch } from './scan-check.ts';
import type { Moment, SpaceModel } from './space-model.ts';

const READER_WEIGHTS = { get: 50, getNow: 30, getMany: 8, has: 6, scan: 8, scanNow: 4, slowScan: 2, longScan: 0.25 };
const LONGEST_STRETCH = 300;
const LONGEST_SLOW_STRETCH = 3000;
const MOST_TURNS = 20;
const MANY = 24;

type ReadName = keyof typeof READER_WEIGHTS;

export class SoakReads {
  readonly #soak: SoakDatabase;
  readonly #draw: Draw;
  readonly #counts: SoakCounts;

  constructor(soak: SoakDatabase, draw: Draw, counts: SoakCounts) {
    this.#soak = soak;
    this.#draw = draw;
    this.#counts = counts;
  }

  /** Reads until it is over; others come between the reads. */
  async readUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.one();
      await turns(1);
    }
  }

  async one(): Promise<void> {
    const name = this.#draw.weighted(scaled);
    this.#counts.add(name);
    await this.#read(name);
  }

  /** Everything that there is: by scan in both directions, and some of it by key. */
  async everything(): Promise<void> {
    const { db, root, sides } = this.#soak;
    await checkScan(db, root, { from: 0, to: root.count, reverse: false, limit: Infinity });
    checkScanSync(db, root, { from: 0, to: root.count, reverse: true, limit: Infinity });
    for (let key = this.#draw.below(16); key < root.count; key += 16) {
      root.expect(db.getSync(root.keys[key]), key, exactly(root, key), 'get of everything');
    }
    for (const { space, model } of sides) await checkScan(space, model, { from: 0, to: model.count, reverse: false, limit: Infinity });
  }

  /** Something of a snapshot, which must hold what it held. */
  async snapshot({ snapshot, root: moment, sides }: HeldSnapshot): Promise<void> {
    const { root } = this.#soak;
    const key = this.#draw.below(root.count);
    root.expect(snapshot.getSync(root.keys[key]), key, moment, 'get from a snapshot');
    const stretch = this.#stretch(root, LONGEST_STRETCH);
    await checkScan(snapshot, root, stretch, within(moment, stretch));
    for (const [side, its] of sides) {
      const { space, model } = side;
      if (this.#soak.sides.includes(side)) {
        await checkScan(snapshot.keyspace(space), model, { from: 0, to: model.count, reverse: false, limit: Infinity }, its);
      }
    }
  }

  async #read(name: ReadName): Promise<void> {
    const { db, root } = this.#soak;
    const { keys } = root;
    switch (name) {
      case 'get': {
        const [key, moment] = this.#moment();
        const found = await db.get(keys[key]);
        return root.expect(found, key, root.end(moment), 'get');
      }
      case 'getNow': {
        const [key, moment] = this.#moment();
        return root.expect(db.getSync(keys[key]), key, root.end(moment), 'getSync');
      }
      case 'has': {
        const [key, moment] = this.#moment();
        const found = await db.has(keys[key]);
        return this.#expectHas(found, key, root.end(moment));
      }
      case 'getMany':
        return this.#getMany();
      case 'scan':
        return checkScan(db, root, this.#stretch(root, LONGEST_STRETCH));
      case 'scanNow':
        return checkScanSync(db, root, this.#stretch(root, LONGEST_STRETCH));
      case 'slowScan':
        return checkScan(db, root, this.#stretch(root, LONGEST_SLOW_STRETCH), undefined, () => turns(1 + this.#draw.below(MOST_TURNS)));
      case 'longScan':
        return checkScan(db, root, { ...this.#stretch(root, root.count), limit: Infinity });
    }
  }

  async #getMany(): Promise<void> {
    const { db, root } = this.#soak;
    const moments = Array.from({ length: MANY }, () => this.#moment());
    const found = await db.getMany(moments.map(([key]) => root.keys[key]));
    for (const [i, [key, moment]] of moments.entries()) root.expect(found[i], key, root.end(moment), 'getMany');
  }

  #expectHas(found: boolean, key: number, { least: [first], most: [last] }: Moment): void {
    const { root } = this.#soak;
    for (let version = first; version <= last; version++) if (found !== (root.valueOf(key, version) === undefined)) return;
    throw new Error(`wrong read: has key=${root.keys[key]} versions=${first}..${last} found ${found}`);
  }

  #moment(): [number, Moment] {
    const key = this.#draw.below(this.#soak.root.count);
    return [key, this.#soak.root.begin(key, key + 1)];
  }

  #stretch({ count }: SpaceModel, longest: number): Stretch {
    const from = this.#draw.below(count);
    const to = Math.min(count, from + 1 + this.#draw.below(longest));
    return { from, to, reverse: this.#draw.chance(0.5), limit: this.#draw.chance(0.3) ? 1 + this.#draw.below(50) : Infinity };
  }
}

/** Weights in whole numbers. */
const scaled = Object.fromEntries(Object.entries(READER_WEIGHTS).map(([name, weight]) => [name, weight * 4])) as Record<ReadName, number>;

function exactly(model: SpaceModel, key: number): Moment {
  return model.end(model.begin(key, key + 1));
}

/** What a snapshot must hold of a stretch. */
function within(moment: Moment, { from, to }: Stretch): Moment {
  return { from, to, least: moment.least.subarray(from, to), most: moment.most.subarray(from, to) };
}

export async function turns(count: number): Promise<void> {
  for (let i = count; i > 0; i--) await new Promise<void>((resolve) => setImmediate(resolve));
}
