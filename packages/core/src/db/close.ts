// Closing a database: the log is made durable, what would take long to replay is flushed, the log says that it is closed, everything is given back.

import { closed, type StorageError } from '../base/errors.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { Writer } from '../write/writer.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Maintenance } from './maintenance.ts';
import { RETAINED_SEGMENTS } from './retained-segments.ts';

/** A close leaves no more than this in the log. */
const RETAINED_BYTES = 2 ** 20;

/** What closing needs of the engine. */
export interface Closing {
  readonly parts: EngineParts;
  readonly state: ManifestState;
  readonly scheduler: Scheduler;
  readonly writer: Writer;
  readonly maintenance: Maintenance;
  readonly frozen: readonly Memtable[];
  readonly ended: boolean;
  freezeActive(): Promise<void>;
  jobFailed(error: unknown): void;
  /** No job is begun and nothing is written any more; no event tells of it. */
  end(reason: StorageError): void;
}

/** Waits for writes under way first. Whatever fails, everything else is given back; then the first failure is thrown. */
export async function closeEngine(engine: Closing): Promise<void> {
  const reason = closed();
  const { logWriter, log, catalog, store, unlock } = engine.parts;
  const { pipeline } = engine.writer;
  const failures: unknown[] = [];
  const steps: (() => unknown)[] = [
    // First of all: whatever fails from here on, what was acknowledged lasts. A writer that has failed does what it still can.
    () => (pipeline.failed ? logWriter.sync().catch(() => undefined) : engine.writer.sync()),
    () => flushForReplay(engine),
    () => engine.maintenance.compactor.delegated?.close(),
    () => {
      const durable = !pipeline.failed && failures.length === 0;
      engine.end(reason);
      return durable ? markClosed(engine) : undefined;
    },
    () => engine.scheduler.stop(reason),
    () => logWriter.close(),
    () => log.close(),
    () => catalog.close(),
    () => unlock(),
    () => store.close?.(),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0] as Error;
}

/** What would take long to replay is flushed, and segments do not gather. Where that fails the log has it all the same. */
async function flushForReplay(engine: Closing): Promise<void> {
  const { parts, state, writer, frozen, maintenance } = engine;
  const logged = [writer.active, ...frozen].reduce((sum, { tail, arena }) => sum + tail - arena, 0);
  const isLarge = logged >= RETAINED_BYTES;
  if (engine.ended || !(isLarge || parts.logWriter.segment - state.logPosition > RETAINED_SEGMENTS)) return;
  try {
    if (isLarge) await engine.freezeActive();
    do await maintenance.flusher.begin()?.done;
    while (engine.frozen.length > 0 && !engine.ended);
  } catch (error) {
    engine.jobFailed(error);
  }
}

/** The log says of itself that all of it is durable. Nothing else is appended any more. */
async function markClosed({ parts, writer: { active, seed } }: Closing): Promise<void> {
  const { logWriter, segments, heap } = parts;
  if (active.freeBytes < 64) return;
  const length = segments.writeClose(active.tail, logWriter.position, seed, logWriter.synced);
  await logWriter.append(heap.bytes.subarray(active.tail, active.tail + length));
}
