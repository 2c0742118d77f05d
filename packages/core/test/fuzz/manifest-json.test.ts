// The JSON of manifests, under a right checksum: any JSON at all, and what a writer made with several parts of it changed. Whatever it says, the reader makes
// a state of it that would be written as it was read, or names the manifest. Every single part changed is in ../rot/manifest-lies.test.ts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestName } from '../../src/format/object-names.ts';
import { sstInfoFromJson, sstInfoToJson, type SstInfoJson } from '../../src/format/sst-info.ts';
import { applyEdits, snapshotFromJson, snapshotToJson, type EditsJson, type SnapshotJson } from '../../src/version/manifest-format.ts';
import { manifestState, sstInfo } from '../../src/version/version-test-kit.ts';
import { partOf, withPart } from '../rot/manifest-lies.ts';
import { tried } from './outcome.ts';

const RUNS = { seed: 20261122, numRuns: 1500 };
const NUMBER = 32;
const state = manifestState();
const snapshot = copyOf(snapshotToJson(state));
const EDITS: EditsJson = {
  term: '4',
  nonce: 'mine',
  parentNonce: state.nonce,
  edits: [
    { kind: 'claim' },
    { kind: 'ssts', removed: [snapshot.levels[0]![0]!.id], added: [{ level: 1, sst: sstInfoToJson(sstInfo(9, 50, 60)) }] },
    { kind: 'log', position: '9' },
    { kind: 'objects', pendingFrom: '3', next: '12' },
    { kind: 'clock', now: '7', safeEpoch: '8' },
    { kind: 'keyspace', space: { id: 5, name: 'five', keys: 'utf8', values: 'utf8' } },
    { kind: 'drop-keyspace', id: 5 },
  ],
};

/** As it comes out of a stored object. */
function copyOf<T>(json: T): T {
  return JSON.parse(JSON.stringify(json)) as T;
}

/** Values that stand somewhere in manifests, and any others. */
const part = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    6,
    7,
    -1,
    2 ** 32,
    2 ** 53,
    '0',
    '1',
    '18446744073709551615',
    '',
    'AA==',
    'utf8',
    '0000000001-0000000002',
    [],
    {},
    null,
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

type Path = readonly (string | number)[];

function pathsOf(json: unknown): Path[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    const step = Array.isArray(json) ? Number(key) : key;
    return [[step], ...pathsOf(value).map((rest) => [step, ...rest])];
  });
}

/** The JSON with up to four of its parts changed, some of them for other parts of it. */
function changed<T>(json: T): fc.Arbitrary<T> {
  const paths = pathsOf(json);
  const value = fc.oneof(
    part,
    fc.constantFrom(...paths).map((path) => partOf(json, path)),
  );
  return fc.array(fc.tuple(fc.constantFrom(...paths), value), { minLength: 1, maxLength: 4 }).map((changes) => {
    let result: unknown = json;
    for (const [path, put] of changes) if (partOrUndefined(result, path) !== undefined) result = withPart(result, path, put);
    return copyOf(result) as T;
  });
}

function partOrUndefined(json: unknown, path: Path): unknown {
  return path.reduce(
    (one: unknown, step) => (typeof one === 'object' && one !== null ? (one as Record<string | number, unknown>)[step] : undefined),
    json,
  );
}

/** The state, or undefined where the manifest was named as what is wrong. */
function read<T>(number: number, decode: () => T): T | undefined {
  const { value, refused } = tried(decode);
  expect(refused ?? manifestName(number)).toBe(manifestName(number));
  return value;
}

describe(`a manifest's JSON (seed=${RUNS.seed})`, () => {
  it('is read as it was written', () => {
    expect(snapshotToJson(snapshotFromJson(NUMBER, snapshot))).toEqual(snapshot);
    expect(applyEdits(state, EDITS)).toMatchObject({ number: NUMBER + 1, nextObject: 12, logPosition: 9 });
  });

  it('that is any JSON at all is a state or is refused by name', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        read(NUMBER, () => snapshotFromJson(NUMBER, json as unknown as SnapshotJson));
        read(NUMBER + 1, () => applyEdits(state, json as unknown as EditsJson));
      }),
      RUNS,
    );
  });

  it('that is nested deeper than any stack is refused by name wherever somebody looks', () => {
    let deep: unknown[] = [];
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const taken = Object.keys(snapshot).filter(
      (field) => read(NUMBER, () => snapshotFromJson(NUMBER, { ...snapshot, [field]: deep })) !== undefined,
    );
    expect(taken).toEqual(['optional']);
    expect(read(NUMBER + 1, () => applyEdits(state, { ...EDITS, edits: deep as never }))).toBeUndefined();
  });

  it('that is a snapshot with parts changed is refused by name, or is a state that lasts', () => {
    let taken = 0;
    fc.assert(
      fc.property(changed(snapshot), (json) => {
        const found = read(NUMBER, () => snapshotFromJson(NUMBER, json));
        if (found === undefined) return;
        taken++;
        expect(snapshotFromJson(NUMBER, copyOf(snapshotToJson(found)))).toEqual(found);
      }),
      RUNS,
    );
    expect(taken).toBeGreaterThan(50);
  });

  it('that is edits with parts changed is refused by name, or is a state that lasts', () => {
    let taken = 0;
    fc.assert(
      fc.property(changed(EDITS), (json) => {
        const found = read(NUMBER + 1, () => applyEdits(state, json));
        if (found === undefined) return;
        taken++;
        expect(snapshotFromJson(found.number, copyOf(snapshotToJson(found)))).toEqual(found);
      }),
      RUNS,
    );
    expect(taken).toBeGreaterThan(50);
  });

  it('of an SST with parts changed is refused, or is written as it was read', () => {
    const sst = snapshot.levels[1]![0]!;
    fc.assert(
      fc.property(changed(sst), (json) => {
        const info = refusedAsUndefined(() => sstInfoFromJson(json));
        if (info === undefined) return;
        const known = copyOf(json) as SstInfoJson & Record<string, unknown>;
        for (const field of Object.keys(known)) if (!(field in sst)) delete known[field];
        expect(comparable(sstInfoToJson(info))).toEqual(comparable(known));
      }),
      RUNS,
    );
  });
});

/** Numbers may stand as texts. */
function comparable(json: SstInfoJson): Record<string, string> {
  return Object.fromEntries(Object.entries(json).map(([field, value]) => [field, String(value)]));
}

function refusedAsUndefined<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
