// Manifests that bear the right checksum and say what cannot be: each is refused, by name.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/base/errors.ts';
import { manifestName, metaName, parseManifestName } from '../../src/format/object-names.ts';
import { examine } from './examine.ts';
import { replaced } from './image.ts';
import { partOf, withPart, wrongParts } from './manifest-lies.ts';
import { manifestJson, sealManifest } from './seal-manifest.ts';
import { judgeAgainst, Sweep } from './sweep.ts';

const SWEEP_MS = 120_000;
const sweep = await Sweep.create();
const { image, whole } = sweep.sample;
const [SNAPSHOT, EDITS] = [...image.keys()].filter((name) => name.startsWith('manifest/')) as [string, string];
const snapshot = manifestJson(image.get(SNAPSHOT)!);
const edits = manifestJson(image.get(EDITS)!);

async function examineWith(manifest: string, json: unknown) {
  return examine(replaced(image, manifest, sealManifest(image.get(manifest)!, parseManifestName(manifest)!, json)), sweep.keys);
}

/** Code and object of the refusal. */
async function refusal(manifest: string, json: unknown): Promise<string> {
  return nameOf((await examineWith(manifest, json)).openError);
}

function nameOf(error: unknown): string {
  return error instanceof StorageError ? `${error.code} ${error.object}` : String(error);
}

/** The snapshot with one part changed by what it was. */
function changed(path: (string | number)[], change: (part: never) => unknown): unknown {
  return withPart(snapshot, path, change(partOf(snapshot, path) as never));
}

type Sst = Record<string, unknown>;
const corrupt = (manifest: string): string => `CORRUPTION ${manifest}`;
const inLevel = (...ssts: Sst[]): unknown => changed(['levels', 1], () => ssts);
const sst = partOf(snapshot, ['levels', 1, 0]) as Sst;
const other = (partOf(edits, ['edits', 0, 'added', 0]) as { sst: Sst }).sst;
const ID = '0000000001-0000000099';
const isUnavailable = (error: unknown): boolean => error instanceof StorageError && error.code === 'UNAVAILABLE';

describe('a manifest with a valid checksum', () => {
  it('sealed again as it was is taken', async () => {
    for (const [name, json] of [
      [SNAPSHOT, snapshot],
      [EDITS, edits],
    ] as const) {
      expect(judgeAgainst(name, await examineWith(name, json), [whole])).toBeUndefined();
      expect(await refusal(name, json)).toBe('undefined');
    }
  });

  it(
    'with any part gone, of another type or out of range is refused by its name, or answers rightly',
    async () => {
      const failures: string[] = [];
      let refused = 0;
      for (const [name, bytes] of image) {
        if (!name.startsWith('manifest/')) continue;
        for (const { name: lie, json } of wrongParts(bytes)) {
          const examined = await examineWith(name, json);
          const wrong = judgeAgainst(name, examined, [whole]);
          refused += Number(examined.openError !== undefined);
          if (wrong !== undefined && lie !== 'levels = gone') failures.push(`${name} ${lie}: ${wrong}`);
        }
      }
      expect(failures).toEqual([]);
      expect(refused).toBeGreaterThan(1000);
    },
    SWEEP_MS,
  );

  it('that names an SST twice is refused', async () => {
    expect(await refusal(SNAPSHOT, inLevel(sst, sst))).toBe(corrupt(SNAPSHOT));
    expect(
      await refusal(
        SNAPSHOT,
        changed(['levels', 2], () => [sst]),
      ),
    ).toBe(corrupt(SNAPSHOT));
    const twice = withPart(edits, ['edits', 0, 'added', 0, 'sst', 'id'], sst['id']);
    expect(await refusal(EDITS, twice)).toBe(corrupt(EDITS));
  });

  it('whose levels overlap or are out of order is refused', async () => {
    const key = (text: string): string => btoa(`\0${text}`);
    const part = (id: string, smallest: string, largest: string): Sst => ({ ...sst, id, smallest: key(smallest), largest: key(largest) });
    expect(await refusal(SNAPSHOT, inLevel(part(ID, 'm', 'z'), part(String(sst['id']), 'a', 'l')))).toBe(corrupt(SNAPSHOT));
    expect(await refusal(SNAPSHOT, inLevel(part(ID, 'a', 'm'), part(String(sst['id']), 'm', 'z')))).toBe(corrupt(SNAPSHOT));
    expect(await refusal(EDITS, withPart(edits, ['edits', 0, 'added', 0, 'level'], 1))).toBe(corrupt(EDITS));
    expect(await refusal(EDITS, withPart(edits, ['edits', 0, 'added', 0, 'level'], 7))).toBe(corrupt(EDITS));
    expect(
      await refusal(
        SNAPSHOT,
        changed(['levels'], (levels: unknown[]) => levels.slice(1)),
      ),
    ).toBe(corrupt(SNAPSHOT));
    expect(
      await refusal(
        SNAPSHOT,
        changed(['levels'], (levels: unknown[]) => [...levels, []]),
      ),
    ).toBe(corrupt(SNAPSHOT));
  });

  it('that names an SST which is not there: reads that need it fail by its name, and so do verify and a merge', async () => {
    const meta = metaName({ term: 1, counter: 99 });
    const examined = await examineWith(SNAPSHOT, inLevel({ ...sst, id: ID }));
    expect(examined).toMatchObject({ openError: undefined, verified: [{ object: meta }], otherErrors: [{ object: meta }] });
    expect(judgeAgainst(meta, examined, [whole])).toBeUndefined();
    expect(await refusal(SNAPSHOT, inLevel({ ...sst, id: '0000000009-0000000001' }))).toBe(corrupt(SNAPSHOT));
    expect(await refusal(SNAPSHOT, inLevel({ ...sst, id: '../secret' }))).toBe(corrupt(SNAPSHOT));
  });

  it('that says anything else of an SST than the SST does is refused, or its SST is by every read that needs it', async () => {
    for (const [field, value] of Object.entries(sst)) {
      if (field === 'id') continue;
      const lies = typeof value === 'number' ? [0, 1, value + 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1] : ['', '0', other[field]];
      for (const lie of lies.filter((one) => one !== value)) {
        const examined = await examineWith(SNAPSHOT, inLevel({ ...sst, [field]: lie }));
        const isRefused = nameOf(examined.openError) === corrupt(SNAPSHOT);
        const meta = `sst/${String(sst['id'])}.meta`;
        // A merge asks for memory before it reads anything.
        const otherErrors = examined.otherErrors.filter((error) => field !== 'longestBlock' || !isUnavailable(error));
        const why = isRefused ? undefined : judgeAgainst(meta, { ...examined, otherErrors }, [whole]);
        expect(why, `${field}=${lie}`).toBeUndefined();
      }
    }
  });

  it('with key spaces that share an id or a name, or have an id that was not given yet, is refused', async () => {
    type Spaces = { id: number; name: string }[];
    const spaces = (change: (spaces: Spaces) => unknown): unknown => changed(['keySpaces'], change);
    expect(
      await refusal(
        SNAPSHOT,
        spaces(([root, words]) => [root, { ...words, id: 0 }]),
      ),
    ).toBe(corrupt(SNAPSHOT));
    expect(
      await refusal(
        SNAPSHOT,
        spaces(([root, words]) => [root, { ...words, name: '' }]),
      ),
    ).toBe(corrupt(SNAPSHOT));
    expect(
      await refusal(
        SNAPSHOT,
        spaces(([root, words]) => [root, { ...words, id: 7 }]),
      ),
    ).toBe(corrupt(SNAPSHOT));
    expect(
      await refusal(
        SNAPSHOT,
        spaces(([root, words]) => [root, { ...words, id: '1' }]),
      ),
    ).toBe(corrupt(SNAPSHOT));
    const space = { id: 1, name: 'third', keys: 'utf8', values: 'utf8' };
    expect(await refusal(EDITS, withPart(edits, ['edits', 9], { kind: 'keyspace', space }))).toBe(corrupt(EDITS));
  });

  it('that does not follow the one before it, or goes back to an earlier term, is refused', async () => {
    expect(await refusal(EDITS, { ...edits, parentNonce: snapshot['parentNonce'] })).toBe(corrupt(EDITS));
    expect(await refusal(EDITS, { ...edits, term: '0' })).toBe(corrupt(EDITS));
    expect(await refusal(SNAPSHOT, { ...snapshot, nonce: 'another' })).toBe(corrupt(EDITS));
  });

  it('that needs a newer version says so', async () => {
    const unsupported = (name: string): string => `UNSUPPORTED ${name}`;
    expect(await refusal(SNAPSHOT, { ...snapshot, required: ['time-travel'] })).toBe(unsupported(SNAPSHOT));
    expect(await refusal(SNAPSHOT, { ...snapshot, epochs: 'managed' })).toBe(unsupported(SNAPSHOT));
    expect(await refusal(SNAPSHOT, inLevel({ ...sst, origin: 'elsewhere' }))).toBe(unsupported(SNAPSHOT));
    expect(await refusal(EDITS, withPart(edits, ['edits', 0, 'kind'], 'merge'))).toBe(unsupported(EDITS));
  });

  it('is refused under the number of another', async () => {
    expect((await examine(replaced(image, EDITS, image.get(SNAPSHOT)!), sweep.keys)).openError).toMatchObject({
      code: 'CORRUPTION',
      object: EDITS,
    });
    expect(manifestName(parseManifestName(EDITS)!)).toBe(EDITS);
  });
});
