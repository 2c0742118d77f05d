// A long random life of a database: writes, reads, snapshots, flushes, compactions, reopenings, crashes. Each step is drawn from the seed.

import type { MemoryStoreOptions } from '@varve/core';
import { expectThat, ModelDatabase, type ModelSpace } from './database.ts';
import { ModelReads } from './reads.ts';
import { KINDS } from '../model/spaces.ts';
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
  createSpace: 2,
  dropSpace: 1,
  reopen: 1,
  crash: 2,
};

type StepName = keyof typeof WEIGHTS;

/** Runs it; a failure tells the seed and the last steps. */
export async function runModel(seed: number, steps: number, manner: StoreManner): Promise<void> {
  await new ModelRun(seed, manner).execute(steps);
}

class ModelRun {
  readonly #name: string;
  readonly #draw: Draw;
  readonly #model: ModelDatabase;
  readonly #reads: ModelReads;
  readonly #writes: ModelWrites;

  constructor(seed: number, manner: StoreManner) {
    const draw = new Draw(seed);
    this.#name = `seed=${seed} store=${manner}`;
    this.#draw = draw;
    const roomy = draw.chance(0.2);
    if (roomy) draw.longestKey = 16_000;
    const settings = {
      memoryBudgetBytes: (roomy ? 16 : 4) * 2 ** 20,
      blockSizeBytes: draw.pick([512, 1024, 4096]),
      sstSizeBytes: draw.pick([16, 64, 512]) * 1024,
      compression: draw.pick(['lz4', 'none'] as const),
    };
    this.#model = new ModelDatabase(this.#orders(manner), settings);
    this.#reads = new ModelReads(draw, this.#model, manner === 'sync');
    this.#writes = new ModelWrites(draw, this.#model, manner === 'sync');
  }

  #orders(manner: StoreManner): MemoryStoreOptions {
    if (manner === 'sync') return {};
    const delay = (): Promise<void> | undefined => (this.#draw.chance(0.5) ? undefined : turns(1 + this.#draw.below(3)));
    return { sync: false, ...(manner === 'late' && { delay }) };
  }

  async execute(steps: number): Promise<void> {
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
    } catch (error) {
      throw new Error(`${this.#name} steps=${taken.length} last=${taken.slice(-6).join()}: ${String(error)}`, { cause: error });
    }
  }

  async #step(name: StepName): Promise<void> {
    switch (name) {
      case 'get':
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
        return (await this.#writes.burst()) ? this.#crash() : undefined;
      case 'flush':
      case 'compact':
      case 'sync':
        await this.#model.db[name]();
        return this.#model.noteSynced();
      case 'idle':
        return this.#model.db.idle();
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
