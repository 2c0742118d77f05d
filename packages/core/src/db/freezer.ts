// Room for writes: the active memtable is frozen, a fresh one and the next log segment take over. Where the epochs of the term run out, a new term
// comes first.

import { assert } from '../base/errors.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { Job } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { SEGMENT_HEADER_BYTES, type SegmentHeader, type SegmentSeed } from '../wal/segment-format.ts';
import type { Writer } from '../write/writer.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Maintenance } from './maintenance.ts';

/** What freezing needs of the engine. */
export interface FreezerHost {
  readonly parts: EngineParts;
  readonly state: ManifestState;
  readonly scheduler: Scheduler;
  readonly writer: Writer;
  readonly maintenance: Maintenance;
  /** The memtable becomes the active one, the old one is frozen. */
  goOnIn(memtable: Memtable, seed: SegmentSeed): void;
  /** The writer claims the next term for itself. */
  renewTerm(): Job<void>;
  fail(error: unknown): void;
}

export class Freezer {
  readonly #host: FreezerHost;

  constructor(host: FreezerHost) {
    this.#host = host;
  }

  /** For a write that needs a fresh memtable. Everything written before is appended. */
  makeRoom(): MaybePromise<void> {
    const { maintenance, writer, scheduler } = this.#host;
    const wait = maintenance.mustWait();
    if (wait !== undefined) return wait;
    if (writer.epochsRunOut) return writer.pipeline.settleAll().then(() => scheduler.add(this.#host.renewTerm(), 0).done);
    return this.#freeze();
  }

  /** The same for a writer that cannot wait. */
  makeRoomSync(): void {
    const { maintenance, writer, scheduler } = this.#host;
    maintenance.waitSync();
    if (writer.epochsRunOut) {
      writer.pipeline.settleNow();
      const renewed = scheduler.add(this.#host.renewTerm(), 0);
      scheduler.driveUntil(() => renewed.ended);
    }
    assert(!isPromise(this.#freeze()), 'a synchronous log answered with a promise');
  }

  /** Freezes what is in the active memtable, if anything, behind all writes so far. */
  async freezeActive(): Promise<void> {
    const { writer } = this.#host;
    writer.pipeline.assertWritable();
    await writer.inLine(() => this.#freezeBehind());
  }

  #freezeBehind(): MaybePromise<void> {
    const { maintenance, writer } = this.#host;
    return andThen(writer.pipeline.appendAll(), () => {
      if (writer.active.count === 0) return;
      const wait = maintenance.mustWait();
      return wait === undefined ? this.#freeze() : wait.then(() => this.#freezeBehind());
    });
  }

  /** Everything of the old memtable is in the log. */
  #freeze(): MaybePromise<void> {
    const { state, parts } = this.#host;
    const { logWriter, arenas } = parts;
    const memtable = arenas.take(logWriter.segment + 1);
    const header = {
      database: state.database,
      log: state.log.uuid,
      term: state.term,
      segment: memtable.firstSegment,
      previousEnd: logWriter.position,
      previousSynced: logWriter.synced,
    };
    // A failure is the writer's end: it is not known whether the segment is there.
    const failed = (error: unknown): never => {
      arenas.give(memtable);
      this.#host.fail(error);
      throw error;
    };
    try {
      const rolled = andThen(logWriter.roll(memtable.firstSegment, arenas.segmentBytes), () => this.#begin(memtable, header));
      return isPromise(rolled) ? rolled.catch(failed) : rolled;
    } catch (error) {
      return failed(error);
    }
  }

  /** The header goes out at once: a manifest may name the segment before anything is written to it. */
  #begin(memtable: Memtable, header: SegmentHeader): MaybePromise<void> {
    const { segments, logWriter, heap } = this.#host.parts;
    const seed = segments.writeHeader(memtable.arena, header);
    memtable.tail = memtable.arena + SEGMENT_HEADER_BYTES;
    return andThen(logWriter.append(heap.bytes.subarray(memtable.arena, memtable.tail)), () => this.#host.goOnIn(memtable, seed));
  }
}
