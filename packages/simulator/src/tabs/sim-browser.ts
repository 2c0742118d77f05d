// A browser of which one seed decides everything: its pages and workers, locks, channels, and the disk below. Its databases are real ones.

import { NO_FAULTS, type FaultRates } from '../disk/faults.ts';
import { Disk, type CutMode } from '../disk/disk.ts';
import { Memories } from '../world/memories.ts';
import { Draw } from '../world/draw.ts';
import { Trace } from '../world/trace.ts';
import { World } from '../world/world.ts';
import { Channels } from './channels.ts';
import { Engines } from './engines.ts';
import { LockManager } from './lock-manager.ts';
import { Page } from './page.ts';
import type { TabSettings, WorkerFate } from './script.ts';
import { Truth } from './truth.ts';

const ID_LENGTH = 36;

export class SimBrowser {
  readonly world: World;
  readonly trace: Trace;
  readonly settings: TabSettings;
  readonly locks = new LockManager();
  readonly channels = new Channels();
  readonly truth = new Truth();
  readonly memories = new Memories();
  readonly engines: Engines;
  readonly seed: number;
  disk = new Disk();
  rates: FaultRates = NO_FAULTS;
  /** What becomes of workers that are made. */
  workers: WorkerFate = 'well';
  /** Ends of pages, workers and browsers that nobody was asked about. */
  crashes = 0;
  readonly #pages = new Set<Page>();
  #contexts = 0;
  #ids = 0;
  #wrong: Error | undefined;

  constructor(seed: number, settings: TabSettings, keepsTrace: boolean) {
    this.seed = seed;
    this.settings = settings;
    this.world = new World(new Draw(seed));
    this.trace = new Trace(() => this.world.age, keepsTrace);
    this.engines = new Engines(this);
  }

  get latencyMs(): number {
    return this.settings.messageMs;
  }

  get pages(): Page[] {
    return [...this.#pages].filter(({ isAlive }) => isAlive);
  }

  nextContext(): number {
    return ++this.#contexts;
  }

  newId(): string {
    return `${this.world.draw.below(2 ** 31).toString(16)}-${++this.#ids}`.padStart(ID_LENGTH, '0');
  }

  newPage(version: number): Page {
    const page = new Page(this, version);
    this.#pages.add(page);
    return page;
  }

  /** All of its processes end at once; with a cut the disk forgets what it was not told to keep. */
  crash(cut: CutMode | undefined): void {
    this.crashes++;
    for (const page of this.#pages) page.crashWithWorkers();
    this.locks.clear();
    this.channels.clear();
    this.engines.abandonAll();
    if (cut !== undefined) {
      this.disk.cutPower(cut, this.world.draw);
      this.truth.powerCut();
    }
    this.trace.note(`browser gone ${cut}`);
  }

  readonly noteWrong = (error: unknown): void => {
    this.#wrong ??= error instanceof Error ? error : new Error(String(error));
  };

  /** Throws what was found to be wrong where nobody was waiting for it. */
  assertRight(): void {
    if (this.#wrong !== undefined) throw this.#wrong;
  }
}
