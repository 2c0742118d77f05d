// Closing a database: what would take long to replay is flushed, the log is made durable and says so, everything is given back.

import { closed, type StorageError } from '../base/errors.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { Writer } from '../write/writer.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Maintenance } from './maintenance.ts';

/** A close leaves no more than this in the log. */
const FLUSH_AT_CLOSE_BYTES = 2 ** 20;

/** What closing needs of the engine. */
export interface Closing {
  readonly parts: EngineParts;
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
    () => flushLarge(engine),
    () => (pipeline.failed ? undefined : engine.writer.sync()),
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

/** Where that fails the log has it all the same. */
async function flushLarge(engine: Closing): Promise<void> {
  const { writer, frozen } = engine;
  const logged = [writer.active, ...frozen].reduce((sum, { tail, arena }) => sum + tail - arena, 0);
  if (logged < FLUSH_AT_CLOSE_BYTES || writer.pipeline.failed) return;
  try {
    await engine.freezeActive();
    while (engine.frozen.length > 0 && !engine.ended) await engine.maintenance.flusher.start()?.done;
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
