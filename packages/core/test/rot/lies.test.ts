// A seeded share of the lies; all of them are part of `npm run rot`.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/base/errors.ts';
import { seededRandom } from '../../src/base/random.ts';
import { examine } from './examine.ts';
import { replaced } from './image.ts';
import { wordLies, wrongWithLie, type WordLie } from './lies.ts';
import { judgeAgainst, Sweep } from './sweep.ts';

const SEED = 20261123;
const ONE_IN = 12;
const LIES_MS = 120_000;
const sweep = await Sweep.create();
const { image, whole } = sweep.sample;
const lies = await wordLies(image);

/** The first lie of an object at a place, as `code object`. */
async function refusal(lie: WordLie): Promise<string> {
  const { openError } = await examine(replaced(image, lie.object, lie.bytes()), sweep.keys);
  return openError instanceof StorageError ? `${openError.code} ${openError.object}` : String(openError);
}

describe('a word that lies, every checksum being right,', () => {
  it(
    `ends as a typed error that names the object, or as an answer (one lie in ${ONE_IN}, seed=${SEED})`,
    async () => {
      const random = seededRandom(SEED);
      const failures: string[] = [];
      let tried = 0;
      for (const lie of lies) {
        if (random.uint32() % ONE_IN !== 0) continue;
        tried++;
        const wrong = await wrongWithLie(image, lie, sweep.keys);
        if (wrong !== undefined) failures.push(wrong);
      }
      expect(failures, `seed=${SEED}`).toEqual([]);
      expect(tried).toBeGreaterThan(300);
    },
    LIES_MS,
  );

  it('is sealed so well that only the lie itself can be found', async () => {
    // A value's bytes lie in the first batch of the first segment, and in the first block: both are believed.
    for (const kind of ['.wal', '.sst']) {
      let believed = false;
      for (const lie of lies.filter(({ object }) => object.endsWith(kind))) {
        const examined = await examine(replaced(image, lie.object, lie.bytes()), sweep.keys);
        believed = examined.verified?.length === 0 && judgeAgainst(lie.object, examined, [whole])?.startsWith('wrong data') === true;
        if (believed) break;
      }
      expect(believed, kind).toBe(true);
    }
  });

  it('about the entries of a batch does not have room made for them', async () => {
    const COUNT = 80 + 16 + 24;
    const [object] = [...image.keys()].filter((name) => name.endsWith('.wal'));
    for (const lie of lies.filter((one) => one.object === object && one.at === COUNT && one.word > 1)) {
      expect(await refusal(lie), `word=${lie.word}`).toBe(`CORRUPTION ${object}`);
    }
  });
});
