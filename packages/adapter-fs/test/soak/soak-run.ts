// A soak: shifts between opening and closing, in each of which one actor writes and two read, until the time is over. Then everything is compacted, and
// nothing may be left that nobody needs. Throws at the first wrong read.

import { fileURLToPath } from 'node:url';
import { leftoversIn } from '../leftovers.ts';
import { startProgram } from '../programs.ts';
import { Draw } from './draw.ts';
import { LoopDelay } from './loop-delay.ts';
import { collectGarbage, filesBelow, openHandles } from './process-facts.ts';
import { SoakCounts } from './soak-counts.ts';
import { SoakDatabase } from './soak-database.ts';
import type { SoakEnd, SoakMessage, SoakSettings } from './soak-messages.ts';
import { SoakReads, turns } from './soak-reads.ts';
import { AVERAGE_BYTES, mix } from './soak-values.ts';
import { SoakWrites } from './soak-writes.ts';
import { visitOperation, type Visit } from './visitor.ts';

const STEPS = {
  put: 120,
  putNow: 40,
  burst: 40,
  batch: 50,
  checkedBatch: 12,
  update: 30,
  putMany: 10,
  side: 30,
  makeSide: 3,
  dropSide: 2,
  read: 30,
  takeSnapshot: 6,
  readSnapshot: 12,
  closeSnapshot: 6,
  flush: 2,
  compactSome: 1,
  sync: 4,
  idle: 1,
};
const READERS = 2;
const MOST_SIDES = 4;
const MOST_SNAPSHOTS = 4;
const SIDE_NAMES = 6;
const MOST_VISITOR_WRITES = 400;

type StepName = keyof typeof STEPS;

export class SoakRun {
  readonly #settings: SoakSettings;
  readonly #tell: (message: SoakMessage) => void;
  readonly #draw: Draw;
  readonly #counts = new SoakCounts();
  readonly #soak: SoakDatabase;
  readonly #writes: SoakWrites;
  readonly #reads: readonly SoakReads[];
  readonly #delay = new LoopDelay();
  readonly #startMs = performance.now();
  #shift = 0;
  #visits = 0;
  #nextSampleMs = 0;

  constructor(settings: SoakSettings, tell: (message: SoakMessage) => void) {
    this.#settings = settings;
    this.#tell = tell;
    this.#draw = new Draw(settings.seed);
    this.#soak = new SoakDatabase(settings, Math.max(64, Math.round(settings.liveBytes / AVERAGE_BYTES)));
    this.#writes = new SoakWrites(this.#soak, this.#draw, this.#counts);
    this.#reads = Array.from(
      { length: READERS + 1 },
      (_, i) => new SoakReads(this.#soak, new Draw(mix(settings.seed, i + 1)), this.#counts),
    );
  }

  async run(): Promise<void> {
    const { shifts, milliseconds } = this.#settings;
    await this.#soak.open();
    await this.#writes.fill();
    for (this.#shift = 1; ; this.#shift++) {
      await this.#work();
      if (this.#shift >= shifts || this.#atMs() >= milliseconds) break;
      await this.#closeAndOpen();
    }
    this.#tell({ end: await this.#end() });
    this.#delay.stop();
  }

  /** One shift. Readers go on until the writer is done; what fails first is thrown when all have ended. */
  async #work(): Promise<void> {
    let isOver = false;
    const writing = this.#write().finally(() => (isOver = true));
    const reading = this.#reads.slice(1).map((reads) => reads.readUntil(() => isOver));
    const ended = await Promise.allSettled([writing, ...reading]);
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  }

  async #write(): Promise<void> {
    for (let step = 0; step < this.#settings.stepsPerShift; step++) {
      const name = this.#draw.weighted(STEPS);
      this.#counts.add(name);
      await this.#step(name);
      if (this.#atMs() >= this.#nextSampleMs) await this.#sample();
    }
    // Some shifts end with what takes long.
    if (this.#draw.chance(0.15)) await this.#soak.db.compact();
    if (this.#draw.chance(0.15)) await this.#verify();
  }

  async #step(name: StepName): Promise<void> {
    const { db, root, sides, snapshots } = this.#soak;
    switch (name) {
      case 'put':
      case 'putNow':
      case 'burst':
      case 'batch':
      case 'checkedBatch':
      case 'update':
      case 'putMany':
        return this.#writes[name]();
      case 'side':
        return sides.length > 0 ? this.#writes.side(this.#draw.pick(sides)) : undefined;
      case 'makeSide':
        return this.#makeSide();
      case 'dropSide':
        return sides.length > 0 ? this.#soak.dropSide(this.#draw.pick(sides)) : undefined;
      case 'read':
        return this.#reads[0].one();
      case 'takeSnapshot':
        return snapshots.length < MOST_SNAPSHOTS ? this.#soak.takeSnapshot() : undefined;
      case 'readSnapshot':
        return snapshots.length > 0 ? this.#reads[0].snapshot(this.#draw.pick(snapshots)) : undefined;
      case 'closeSnapshot':
        return snapshots.splice(this.#draw.below(MOST_SNAPSHOTS), 1)[0]?.snapshot.close();
      case 'compactSome': {
        const from = this.#draw.below(root.count);
        return db.compact({ gte: root.keys[from], lt: root.keys[Math.min(root.count - 1, from + Math.ceil(root.count / 10))] });
      }
      case 'flush':
      case 'sync':
      case 'idle':
        return db[name]();
    }
  }

  async #makeSide(): Promise<void> {
    const name = `side-${this.#draw.below(SIDE_NAMES)}`;
    if (this.#soak.sides.length === MOST_SIDES || this.#soak.sides.some((side) => side.name === name)) return;
    await this.#writes.side(this.#soak.makeSide(name));
  }

  async #closeAndOpen(): Promise<void> {
    await this.#soak.close();
    await turns(1);
    this.#tell({ rest: { atMs: this.#atMs(), shift: this.#shift, handles: openHandles() } });
    const visit = this.#draw.chance(0.5) ? await this.#sendVisitor() : undefined;
    await this.#soak.open();
    if (visit !== undefined) this.#seeWhetherMore(visit.visit, visit.acknowledged);
    if (this.#draw.chance(0.15)) await this.#reads[0].everything();
    // Who scans everything synchronously asks for it.
    this.#delay.forgive();
  }

  /** A process that writes and is killed. Returns the last operation that it was told of. */
  async #sendVisitor(): Promise<{ visit: Visit; acknowledged: number }> {
    const { seed } = this.#settings;
    const { root } = this.#soak;
    this.#counts.add('visitor');
    const visit: Visit = { number: ++this.#visits, keys: root.count };
    const killAfter = 1 + this.#draw.below(MOST_VISITOR_WRITES);
    const program = fileURLToPath(import.meta.url);
    const visitor = startProgram(program, ['visit', JSON.stringify(this.#settings), JSON.stringify(visit)]);
    let acknowledged = 0;
    try {
      while (acknowledged < killAfter) {
        const told = await visitor.next();
        if (typeof told !== 'number') throw new Error(`the visitor failed: ${JSON.stringify(told)}`);
        acknowledged = told;
      }
    } finally {
      await visitor.kill();
    }
    acknowledged = Math.max(acknowledged, ...((await visitor.rest()) as number[]));
    for (let n = 1; n <= acknowledged; n++) {
      const { keys, version } = visitOperation(seed, visit, n);
      for (const key of keys) root.adopt(key, version);
    }
    return { visit, acknowledged };
  }

  /** One operation more than it was told of may be there: all of it or nothing. */
  #seeWhetherMore(visit: Visit, acknowledged: number): void {
    const { db, root } = this.#soak;
    const { keys, version } = visitOperation(this.#settings.seed, visit, acknowledged + 1);
    const isThere = keys.every((key) => root.matches(db.getSync(root.keys[key]), key, version));
    if (isThere) for (const key of keys) root.adopt(key, version);
    for (const key of keys) {
      root.expect(db.getSync(root.keys[key]), key, root.end(root.begin(key, key + 1)), `get of visitor ${visit.number}`);
    }
  }

  async #verify(): Promise<void> {
    this.#counts.add('verify');
    const { problems } = await this.#soak.db.verify();
    if (problems.length > 0) throw new Error(`verify found ${problems.map(({ message }) => message).join('; ')}`);
  }

  async #sample(): Promise<void> {
    const { p99, longest } = this.#delay.take();
    await collectGarbage();
    const { rss, heapUsed, external } = process.memoryUsage();
    const { files, bytes } = filesBelow(this.#settings.directory);
    this.#tell({
      sample: {
        atMs: this.#atMs(),
        shift: this.#shift,
        operations: this.#counts.operations,
        writtenBytes: this.#counts.writtenBytes,
        liveBytes: this.#soak.liveBytes(),
        heldBytes: this.#soak.heldBytes(),
        residentBytes: rss,
        heapBytes: heapUsed,
        externalBytes: external,
        handles: openHandles(),
        files,
        storedBytes: bytes,
        delayMs: p99,
        longestDelayMs: longest,
        snapshots: this.#soak.snapshots.length,
      },
    });
    this.#nextSampleMs = this.#atMs() + this.#settings.sampleEveryMs;
    this.#delay.forgive();
  }

  /** Compacts, looks what is left, reads everything once more in a database that was opened anew. */
  async #end(): Promise<SoakEnd> {
    const { directory } = this.#settings;
    const soak = this.#soak;
    const leftovers: string[] = [];
    const look = async (when: string): Promise<void> => {
      leftovers.push(...(await leftoversIn(directory)).map((name) => `${name} (${when})`));
    };
    for (const { snapshot } of soak.snapshots.splice(0)) snapshot.close();
    await this.#reads[0].everything();
    await soak.db.compact();
    await soak.quiet();
    await look('idle');
    const { bytes: storedBytes } = filesBelow(directory);
    await soak.close();
    await look('closed');
    await soak.open();
    await this.#reads[0].everything();
    await this.#verify();
    await soak.quiet();
    await soak.close();
    await look('closed again');
    return { liveBytes: soak.liveBytes(), storedBytes, leftovers, counts: this.#counts.all };
  }

  #atMs(): number {
    return performance.now() - this.#startMs;
  }
}
