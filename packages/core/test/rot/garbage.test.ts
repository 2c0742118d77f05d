// Whole objects that are something else: noise, zeros, nothing, another object of their kind, the same object of another database.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/base/errors.ts';
import { seededRandom } from '../../src/base/random.ts';
import { examine } from './examine.ts';
import { replaced } from './image.ts';
import { makeSample, type Model } from './sample.ts';
import { judgeAgainst, Sweep } from './sweep.ts';

const SEED = 20261122;
const MEBIBYTE = 1 << 20;
const TEST_MS = 60_000;
const sweep = await Sweep.create();
const { image, whole } = sweep.sample;
const names = [...image.keys()];

/** Nothing knows what the last segment held, nor that there had been one: without a header it holds nothing. */
const LAST_SEGMENT = names.at(-1)!;
const withoutLast = await modelWithoutLastSegment();

async function modelWithoutLastSegment(): Promise<Model> {
  const { answers } = await examine(replaced(image, LAST_SEGMENT, undefined), sweep.keys);
  const model = { '': new Map(sweep.sample.stored['']), words: new Map(sweep.sample.stored.words) };
  for (const { space, key, found } of answers) {
    if (key === undefined) continue;
    if (found[0] === undefined) model[space].delete(key);
    else model[space].set(key, found[0][1]);
  }
  return model;
}

/** What is wrong with the outcome once an object has these bytes: it may be refused by name only, or answer rightly where it does not matter. */
async function wrongWith(name: string, bytes: Uint8Array | undefined): Promise<string | undefined> {
  const models = name === LAST_SEGMENT ? [whole, withoutLast] : [whole];
  return judgeAgainst(name, await examine(replaced(image, name, bytes), sweep.keys), models);
}

async function failuresOf(cases: Iterable<[string, string, Uint8Array | undefined]>): Promise<string[]> {
  const failures: string[] = [];
  for (const [what, name, bytes] of cases) {
    const wrong = await wrongWith(name, bytes);
    if (wrong !== undefined) failures.push(`${name} ${what}: ${wrong}`);
  }
  return failures;
}

function noise(length: number, salt: number): Uint8Array {
  const random = seededRandom(SEED + salt);
  return Uint8Array.from({ length }, () => random.uint32() & 0xff);
}

describe('an object of a database', () => {
  it(
    `that is noise, as long as it was or much longer than memory, is named (seed=${SEED})`,
    async () => {
      const cases = names.flatMap((name, i): [string, string, Uint8Array][] => [
        ['noise', name, noise(image.get(name)!.length, i)],
        ['short noise', name, noise(9, i)],
        ['long noise', name, noise(5 * MEBIBYTE, i)],
      ]);
      expect(await failuresOf(cases)).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'that is zeros, empty or gone is named',
    async () => {
      const cases = names.flatMap((name): [string, string, Uint8Array | undefined][] => [
        ['zeros', name, new Uint8Array(image.get(name)!.length)],
        ['more zeros', name, new Uint8Array(MEBIBYTE)],
        ['empty', name, new Uint8Array(0)],
        ['gone', name, undefined],
      ]);
      expect(await failuresOf(cases)).toEqual([]);
    },
    TEST_MS,
  );

  it('with something behind its end answers rightly or is named', async () => {
    const longer = (name: string, tail: Uint8Array): Uint8Array => Uint8Array.from([...image.get(name)!, ...tail]);
    const cases = names.flatMap((name, i): [string, string, Uint8Array][] => [
      ['and noise', name, longer(name, noise(999, i))],
      ['and zeros', name, longer(name, new Uint8Array(4096))],
      ['twice', name, longer(name, image.get(name)!)],
    ]);
    expect(await failuresOf(cases)).toEqual([]);
  });

  it('that is another of its kind is named', async () => {
    const kindOf = (name: string): string => name.slice(name.lastIndexOf('.'));
    const cases = names.flatMap((name) =>
      names
        .filter((other) => other !== name && kindOf(other) === kindOf(name))
        .map((other): [string, string, Uint8Array] => [`is ${other}`, name, image.get(other)!]),
    );
    expect(cases.length).toBeGreaterThan(15);
    expect(await failuresOf(cases)).toEqual([]);
  });

  it('that belongs to another database is named', async () => {
    const foreign = (await makeSample('synced', 1)).image;
    expect([...foreign.keys()]).toEqual(names);
    for (const name of names) {
      expect(foreign.get(name)!.join(), name).not.toBe(image.get(name)!.join());
      const { openError, ...rest } = await examine(replaced(image, name, foreign.get(name)), sweep.keys);
      // A manifest and the one that does not follow it: nobody knows which of the two is wrong.
      const isManifest = name.startsWith('manifest/') && openError instanceof StorageError && openError.object?.startsWith('manifest/');
      const named = isManifest ? openError.object! : name;
      expect(judgeAgainst(named, { openError, ...rest }, [whole]), name).toBeUndefined();
      expect(
        [openError, ...rest.answers.map(({ error }) => error)].some((error) => error !== undefined),
        name,
      ).toBe(true);
    }
  });
});
