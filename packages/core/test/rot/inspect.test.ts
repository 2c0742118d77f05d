// Whoever looks at a damaged database piece by piece is told which object is damaged, and nothing else happens to him.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/base/errors.ts';
import { seededRandom } from '../../src/base/random.ts';
import { parseManifestName } from '../../src/format/object-names.ts';
import { inspectManifest, inspectSegment, inspectSst, listManifests, listSsts, readState, type StoredSst } from '../../src/inspect.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import { replaced, storeOf, type Image } from './image.ts';
import { wordLies } from './lies.ts';
import { manifestJson, sealManifest } from './seal-manifest.ts';
import { damaged, nameOf, Sweep } from './sweep.ts';

const SEED = 20261124;
const ONE_LIE_IN = 30;
const ONE_DAMAGE_IN = 600;
const TEST_MS = 60_000;
const sweep = await Sweep.create();
const { image } = sweep.sample;
const { database } = (await readState(await storeOf(image)))!;

/** The errors of looking at everything. */
async function lookedAt(changed: Image): Promise<unknown[]> {
  const store = await storeOf(changed);
  const log = store.openLog();
  const errors: unknown[] = [];
  const look = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      errors.push(error);
    }
  };
  await look(() => readState(store));
  for (const number of await listManifests(store)) await look(() => inspectManifest(store, number));
  for (const stored of await listSsts(store)) await look(() => wholeSst(store, stored, database));
  for (const info of await log.segments()) await look(() => inspectSegment(log, info));
  return errors;
}

async function wholeSst(store: ObjectStore, stored: StoredSst, database: string): Promise<void> {
  const sst = await inspectSst(store, stored, database);
  try {
    for (let i = 0; i < sst.partitionCount; i++) for (const place of (await sst.partition(i)).blocks) await sst.block(place);
  } finally {
    await sst.close();
  }
}

/** The first error that is not as it should be. */
function wrongOne(errors: readonly unknown[]): string | undefined {
  const wrong = errors.find(
    (error) => !(error instanceof StorageError && ['CORRUPTION', 'UNSUPPORTED'].includes(error.code) && error.object !== undefined),
  );
  return wrong instanceof Error ? wrong.stack : (wrong as string | undefined);
}

describe('looking at a database', () => {
  it('that is whole finds nothing', async () => {
    expect(await lookedAt(image)).toEqual([]);
  });

  it(
    `that is damaged or lies names the object (seed=${SEED})`,
    async () => {
      const random = seededRandom(SEED);
      const failures: string[] = [];
      let found = 0;
      const note = (name: string, errors: readonly unknown[]): void => {
        found += Number(errors.length > 0);
        const wrong = wrongOne(errors);
        if (wrong !== undefined) failures.push(`${name}: ${wrong}`);
      };
      for (const lie of await wordLies(image)) {
        if (random.uint32() % ONE_LIE_IN !== 0) continue;
        note(`object=${lie.object} at=${lie.at} word=${lie.word}`, await lookedAt(replaced(image, lie.object, lie.bytes())));
      }
      for (const damage of sweep.share(ONE_DAMAGE_IN, SEED)) note(nameOf(damage), await lookedAt(damaged(image, damage)));
      expect(failures, `seed=${SEED}`).toEqual([]);
      expect(found).toBeGreaterThan(100);
    },
    TEST_MS,
  );

  it('names a manifest whose JSON is no manifest', async () => {
    const name = [...image.keys()].filter((one) => one.startsWith('manifest/')).at(-1)!;
    const number = parseManifestName(name)!;
    expect(manifestJson(image.get(name)!)).toHaveProperty('edits');
    const store = await storeOf(replaced(image, name, sealManifest(image.get(name)!, number, null)));
    await expect(inspectManifest(store, number)).rejects.toMatchObject({ code: 'CORRUPTION', object: name });
  });
});
