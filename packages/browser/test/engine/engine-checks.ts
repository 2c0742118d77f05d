// What is checked of an engine on each place: the kit for whole databases, and random lives, in which every answer is compared with a model and all of them
// with those of the same life in memory.

import { memoryPlace, runUnder, type Place } from '@varve/simulator/lives';
import { engineChecks, type Check } from '@varve/store-conformance';
import { backEnd, type BackEndName } from './back-ends.ts';

const SEEDS = [1, 2, 3];
const STEPS = 150;
const MIB = 2 ** 20;
const SETTINGS = { memoryBudgetBytes: 4 * MIB, blockSizeBytes: 1024, sstSizeBytes: 64 * 1024 };

/** All checks of an engine on this kind of place, each of which removes what it made. */
export function engineChecksOn(name: BackEndName): Check[] {
  const { open, reopen, sync } = backEnd(name);
  const kit = engineChecks({ open, sync, ...(reopen !== undefined && { reopen }) });
  return [...kit.map((check, i) => cleanly(name, check, i)), ...SEEDS.map((seed) => lifeOn(name, seed))];
}

/** The same check on places of its own. */
function cleanly(name: BackEndName, { theme, title }: Check, index: number): Check {
  return {
    theme,
    title,
    async run() {
      const { remove, open, reopen, sync } = backEnd(name);
      try {
        await engineChecks({ open, sync, ...(reopen !== undefined && { reopen }) })[index].run();
      } finally {
        await remove();
      }
    },
  };
}

function lifeOn(name: BackEndName, seed: number): Check {
  return {
    theme: 'lives',
    title: `a random life has the answers that it has in memory (seed ${seed})`,
    async run() {
      const { open, sync, remove } = backEnd(name);
      const store = open();
      const here: Place = { store: () => store, crash: () => here };
      const orders = { settings: SETTINGS, losesWrites: false };
      try {
        const answers = await runUnder(seed, STEPS, { ...orders, name: `seed=${seed} on ${name}`, place: here, sync });
        const wanted = await runUnder(seed, STEPS, { ...orders, name: `seed=${seed} in memory`, place: memoryPlace({}), sync: true });
        if (answers !== wanted) throw new Error(`seed=${seed}: other answers on ${name} than in memory`);
      } finally {
        await store.close?.();
        await remove();
      }
    },
  };
}
