// A long random life of a database against a model of it. `npm run model` lives many more of them.

import { expect, it } from 'vitest';
import { runModel, type StoreManner } from '../src/lives/run.ts';

const STEPS = 150;

for (const manner of ['sync', 'async', 'late'] satisfies StoreManner[]) {
  for (const seed of [1, 2, 3, 4]) {
    it(`random life ${seed} on a store that answers ${manner} agrees with the model`, async () => {
      await expect(runModel(seed, STEPS, manner)).resolves.toBeUndefined();
    });
  }
}
