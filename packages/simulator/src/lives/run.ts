// A long random life of a database: writes, reads, snapshots, flushes, compactions, reopenings, crashes. Each step is drawn from the seed.

import type { MemoryStoreOptions, OpenOptions } from '@varve/core';
import { drawRange, expectThat, memoryPlace, ModelDatabase, type ModelSpace, type Place } from './database.ts';
import { ModelReads } from './reads.ts';
import { BYTES, KINDS } from '../model/spaces.ts';
import { Draw } from '../world/draw.ts';
import { ModelWrites, turns } from './writes.ts';

/** `sync`: the store answers at once. `async`: with promises. `late`: with promises that take a random number of turns. */
export type StoreManner = 'sync' | 'async' | 'late';

const WEIGHTS = {
  put: 30,
  delete: 8,
  batch: 12,
  putMany: 3,
  bulk: 8,
  clear: 1,
  update: 5,
  check: 5,
  burst: 8,
  get: 12,
  getEntry: 4,
  getMany: 5,
  scan: 8,
  openSnapshot: 3,
  readSnapshot: 8,
  closeSnapshot: 2,
  openCursor: 3,
  readCursor: 8,
  flush: 3,
  compact: 2,
  sync: 1,
  idle: 1,
  compactRange: 1,
  verify: 1,
  listSpaces: 1,
  stats: 1,
  createSpace: 2,
  dropSpace: 1,
  reopen: 1,
  crash: 2,
};

type StepName = keyof typeof WEIGHTS;

/** Kinds of steps that there are. */
export const STEP_KINDS = Object.keys(WEIGHTS).length;

/** How a life is lived, as opposed to what is done in it: none of it may change an answer. */
export interface Circumstances {
  readonly name: string;
  readonly place: Place;
  readonly settings: OpenOptions;
  /** The store answers at once. */
  readonly sync: boolean;
  /** False: crashes come when everything is synced, and take nothing. */
  readonly losesWrites: boolean;
}

/** Runs it; a failure tells the seed and the last steps. */
export async function runModel(seed: number, steps: number, manner: StoreManner): Promise<void> {
  const draw = new Draw(seed);
  const roomy = draw.chance(0.2);
  if (roomy) draw.longestKey = 16_000;
  const settings = {
    memoryBudgetBytes: (roomy ? 16 : 4) * 2 ** 20,
    blockSizeBytes: draw.pick([512, 1024, 4096]),
    sstSizeBytes: draw.pick([16, 64, 512]) * 1024,
    compression: draw.pick(['lz4', 'none'] as const),
  };
  const place = memoryPlace(ordersOf(manner, draw));
  await new ModelRun(draw, draw, {
    name: `seed=${seed} store=${manner}`,
    place,
    settings,
    sync: manner === 'sync',
    losesWrites: true,
  }).execute(steps);
}

/** The same steps under any circumstances: returns a digest of all answers. */
export function runUnder(seed: number, steps: number, circumstances: Circumstances): Promise<string> {
  return new ModelRun(new Draw(seed), new Draw(~seed), circumstances).execute(steps);
}

/** Orders for a store of this manner. */
export function ordersOf(manner: StoreManner, draw: Draw): MemoryStoreOptions {
  if (manner === 'sync') return {};
  const delay = (): Promise<void> | undefined => (draw.chance(0.5) ? undefined : turns(1 + draw.below(3)));
  return { sync: false, ...(manner === 'late' && { delay }) };
}

class ModelRun {
  readonly #draw: Draw;
  readonly #circumstances: Circumstances;
  readonly #model: ModelDatabase;
  readonly #reads: ModelReads;
  readonly #writes: ModelWrites;

  constructor(draw: Draw, how: Draw, circumstances: Circumstances) {
    const { place, settings, sync } = circumstances;
    this.#draw = draw;
    this.#circumstances = circumstances;
    this.#model = new ModelDatabase(place, settings);
    this.#reads = new ModelReads(draw, how, this.#model, sync);
    this.#writes = new ModelWrites(draw, how, this.#model, sync);
  }

  async execute(steps: number): Promise<string> {
    const taken: StepName[] = [];
    try {
      await this.#model.open();
      while (taken.length < steps) {
        taken.push(this.#draw.weighted(WEIGHTS));
        await this.#step(taken.at(-1)!);
      }
      await this.#reads.audit();
      await this.#reads.letGo();
      const { ok, problems } = await this.#model.db.verify();
      expectThat(ok, `verify found a problem: ${problems[0]?.message}`);
      await this.#model.close();
      return this.#model.answers.digest;
    } catch (error) {
      throw new Error(`${this.#circumstances.name} steps=${taken.length} last=${taken.slice(-6).join()}: ${String(error)}`, {
        cause: error,
      });
    }
  }

  async #step(name: StepName): Promise<void> {
    switch (name) {
      case 'get':
      case 'getEntry':
      case 'getMany':
      case 'scan':
      case 'readSnapshot':
      case 'openCursor':
      case 'readCursor':
        return this.#reads[name](this.#space());
      case 'openSnapshot':
      case 'closeSnapshot':
        return this.#reads[name]();
      case 'burst':
        return (await this.#writes.burst(this.#circumstances.losesWrites)) ? this.#crash() : undefined;
      case 'flush':
      case 'compact':
      case 'sync':
        await this.#model.db[name]();
        return this.#model.noteSynced();
      case 'idle':
        return this.#model.db.idle();
      case 'compactRange': {
        const { reverse: _reverse, limit: _limit, ...range } = drawRange(this.#draw, BYTES);
        return this.#model.db.compact(range);
      }
      case 'verify': {
        const { ok, problems } = await this.#model.db.verify();
        return expectThat(ok, `verify found a problem: ${problems[0]?.message}`);
      }
      case 'listSpaces': {
        const names = this.#model.db.keyspaces().map((space) => space.name);
        const wanted = this.#model.spaces.slice(1).map(({ kind }) => kind.name);
        return expectThat(names.sort().join() === wanted.sort().join(), `key spaces are ${names.join()}, wanted ${wanted.join()}`);
      }
      case 'stats':
        return expectThat(this.#model.db.stats().levels.length > 0, 'stats tell of no level');
      case 'createSpace':
        this.#model.openSpace(this.#draw.pick(KINDS));
        return this.#writes.put(this.#model.spaces.at(-1));
      case 'dropSpace':
        return this.#dropSpace();
      case 'reopen':
        return this.#reopen();
      case 'crash':
        return this.#crash();
      default:
        return this.#writes[name]();
    }
  }

  #space(): ModelSpace {
    return this.#draw.pick(this.#model.spaces);
  }

  async #dropSpace(): Promise<void> {
    const dropped = await this.#model.dropSpace(this.#draw.pick(KINDS));
    if (dropped !== undefined) this.#reads.forget(dropped);
  }

  async #reopen(): Promise<void> {
    await this.#reads.letGo();
    await this.#model.close();
    await this.#model.open();
    await this.#reads.audit();
  }

  async #crash(): Promise<void> {
    await this.#reads.letGo();
    if (!this.#circumstances.losesWrites) {
      await this.#model.db.sync();
      this.#model.noteSynced();
      await this.#model.crash({});
      return this.#reads.audit();
    }
    const process = this.#draw.chance(0.3);
    await this.#model.crash(process ? undefined : { unsynced: (bytes) => this.#remains(bytes) });
    await this.#reads.audit();
  }

  /** What a power cut makes of bytes that were not synced. Sectors are written whole: a segment's header is there or not. */
  #remains(bytes: Uint8Array): Uint8Array {
    const atHeader = bytes[0] === 0x56;
    const kept = atHeader ? this.#draw.below(Math.floor(bytes.length / 512) + 1) * 512 : this.#draw.below(bytes.length + 1);
    switch (this.#draw.pick(['lost', 'kept', 'torn', 'zeros'])) {
      case 'lost':
        return bytes.subarray(0, 0);
      case 'kept':
        return bytes;
      case 'torn':
        return bytes.subarray(0, kept);
      default:
        return bytes.fill(0, kept);
    }
  }
}
