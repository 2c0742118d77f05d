// A visitor writes to a soak's database while the soak has it closed, and is killed. What it writes follows from its number and the operation's, so that
// the soak knows what must be there; it never closes anything. Its versions lie above all that were used before.

import { open, utf8 } from '@varve/core';
import { fsStore } from '../../src/index.ts';
import { tell } from '../tell.ts';
import { Draw } from './draw.ts';
import type { SoakSettings } from './soak-messages.ts';
import { mix, SoakValues } from './soak-values.ts';
import { SpaceModel } from './space-model.ts';

const MOST_CHANGES = 4;
const VERSIONS_PER_VISIT = 2 ** 20;

/** Which visit, on how many keys. */
export interface Visit {
  readonly number: number;
  readonly keys: number;
}

/** What operation `n` of a visit changes: all of it or nothing. */
export interface VisitOperation {
  readonly keys: readonly number[];
  readonly version: number;
}

export function visitOperation(seed: number, { number, keys }: Visit, n: number): VisitOperation {
  const draw = new Draw(mix(mix(seed, number), n));
  const chosen = new Set(Array.from({ length: 1 + draw.below(MOST_CHANGES) }, () => draw.below(keys)));
  return { keys: [...chosen], version: number * VERSIONS_PER_VISIT + n };
}

/** Writes until it is killed, and tells the number of each operation that was acknowledged. */
export async function visit({ directory, seed, memoryBudgetBytes }: SoakSettings, which: Visit): Promise<never> {
  const db = await open(fsStore(directory), { keys: utf8, memoryBudgetBytes });
  const model = new SpaceModel(0, which.keys, new SoakValues(seed));
  for (let n = 1; ; n++) {
    const { keys, version } = visitOperation(seed, which, n);
    const batch = db.batch();
    for (const key of keys) {
      const value = model.valueOf(key, version);
      if (value === undefined) batch.delete(model.keys[key]);
      else batch.put(model.keys[key], value);
    }
    await db.write(batch);
    tell(n);
  }
}
