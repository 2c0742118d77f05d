// Writing a batch as one, and batches that rest on what was read before: they are written only if that is still so.

import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Epoch } from '../format/epoch.ts';
import type { Durability } from '../write/durability.ts';
import type { WriteBatch } from '../write/write-batch.ts';
import type { Engine } from './engine.ts';
import type { WriteResult } from './types.ts';

/** Writes a batch if its expectations hold when its turn has come: nothing comes between. */
export async function writeChecked(engine: Engine, batch: WriteBatch, durability: Durability): Promise<WriteResult> {
  engine.assertOpen();
  const { writer } = engine;
  if (batch.checks.length === 0 && batch.count > 0) {
    const written = writer.write(batch, durability);
    if (!writer.waiting) batch.recycle();
    return { ok: true, epoch: await written };
  }
  return new Promise((resolve, reject) => {
    const written = (epoch: bigint): void => resolve({ ok: true, epoch });
    const turn = (): MaybePromise<void> =>
      andThen(firstConflict(engine, batch), (key) => {
        // What was found may be logged, but neither visible nor acknowledged yet: the answer waits for that, and fails with it.
        if (key !== undefined || batch.count === 0) {
          writer.pipeline.assertWritable();
          const checked = (epoch: bigint): void => (key === undefined ? written(epoch) : resolve({ ok: false, key }));
          return writer.pipeline.acknowledgeTo(writer.newestEpochLow, 'memory', checked, reject);
        }
        return andThen(writer.place(batch, durability, written, reject), () => batch.recycle());
      });
    writer.takeTurn(turn, reject);
  });
}

/** Key of the first expectation from the `i`-th on that the newest versions do not meet. Only for whoever's turn it is. */
function firstConflict(engine: Engine, batch: WriteBatch, i = 0): MaybePromise<Uint8Array | undefined> {
  for (; i < batch.checks.length; i++) {
    const { key, epoch } = batch.checks[i];
    const found = engine.points.getStored(engine.view, key, engine.newestEpoch, (_bytes, _at, _length, high, low) => ({ high, low }));
    const isMet = (version: Epoch | undefined): boolean => version?.high === epoch?.high && version?.low === epoch?.low;
    if (isPromise(found)) return found.then((version) => (isMet(version) ? firstConflict(engine, batch, i + 1) : key));
    if (!isMet(found)) return key;
  }
  return undefined;
}
