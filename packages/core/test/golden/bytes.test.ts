// The bytes of the golden databases, read by @varve/core/inspect: they say what docs/FORMAT.md says that they say, and they are what is written today.

import { describe, expect, it } from 'vitest';
import { inspectSegment } from '../../src/inspect.ts';
import { storeOf } from '../rot/image.ts';
import { codecsOf, hexOf } from './codecs.ts';
import { factsOf } from './facts.ts';
import { databasesOf, generations, makeGeneration, readGolden } from './generations.ts';
import { readContainer, writeContainer } from './container.ts';
import { readContents, writeContents } from './contents.ts';
import { RECIPES } from './recipes.ts';
import { newestValues, readStored } from './stored.ts';

const all = generations().flatMap((generation) => databasesOf(generation).map((name) => [generation, name] as const));
const NEWEST = generations().at(-1)!;
/** Log and manifests alone: no block, level or merge is in them, only the order in which identities are drawn. */
const WITHOUT_CHOICE = ['created', 'terms', 'torn'];
const known = await factsOfAll(NEWEST);

describe.each(all)('the bytes of the golden database %s/%s', (generation, name) => {
  const { image, contents } = readGolden(generation, name);

  it('hold its contents, as the readers of the format find them', async () => {
    const stored = await readStored(image);
    const found = newestValues(stored);
    const spaces = contents.spaces.filter(({ name: space }) => stored.state.keySpaces.some((known) => known.name === space));
    expect(contents.spaces.every(({ name: space, entries }) => entries.length === 0 || spaces.some((one) => one.name === space))).toBe(
      true,
    );
    for (const space of spaces) {
      const { id } = stored.state.keySpaces.find((known) => known.name === space.name)!;
      const { keys, values } = codecsOf(space);
      const expected = space.entries.map(([key, value]) => [hexOf(keys, key), hexOf(values, value)]);
      expect([...found.get(id)!], space.name).toEqual(expected);
    }
  });

  it('say the same once more when they are written to a file', () => {
    expect(readContainer(writeContainer(image, 'again'))).toEqual(image);
    expect(readContents(writeContents(contents))).toEqual(contents);
  });
});

describe(`golden databases of generation ${NEWEST}`, () => {
  // Not the bytes of SSTs: a writer may choose otherwise where blocks, SSTs and levels end, when it merges and how hard it packs. What it may not do is
  // write something that these files do not have: no older reader was ever shown that.
  it.each(Object.keys(RECIPES))('have everything that the writer of today makes: %s', async (name) => {
    const fresh = await factsOf((await RECIPES[name]!()).image);
    expect(
      [...fresh].filter((fact) => !known.has(fact)),
      'this is new: make a generation of golden files (scripts/golden.mjs) and say in docs/FORMAT.md who can read it',
    ).toEqual([]);
  });

  it.each(WITHOUT_CHOICE)('are made again byte for byte where a writer has little choice: %s', async (name) => {
    const { image, contents } = readGolden(NEWEST, name);
    const fresh = await RECIPES[name]!();
    expect(writeContainer(fresh.image, contents.about)).toBe(writeContainer(image, contents.about));
  });

  it('are not made a second time', async () => {
    const check = async (): Promise<void> => undefined;
    await expect(makeGeneration(NEWEST, check)).rejects.toThrow('this generation is there, and never changed');
    await expect(makeGeneration('../2', check)).rejects.toThrow('a generation is named after the version of the format');
  });
});

describe('generation 1', () => {
  it('everyday: has SSTs of three levels, both kinds of blocks, versions, tombstones, and a log of three segments that is not closed', async () => {
    const { image } = readGolden('1', 'everyday');
    const { state, manifests, ssts, segments } = await readStored(image);
    expect(state.version.levels.filter(({ length }) => length > 0).length).toBeGreaterThanOrEqual(3);
    expect(manifests.filter(({ type }) => type === 'snapshot').length).toBeGreaterThan(0);
    expect(manifests.at(-1)).toMatchObject({ type: 'edit' });
    const blocks = ssts.flatMap((parts) => parts.blocks);
    expect(new Set(blocks.map(({ compression }) => compression))).toEqual(new Set(['lz4', 'none']));
    const entries = blocks.flatMap((block) => block.entries);
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(['put', 'delete']));
    expect(Math.max(...entries.map(({ key }) => key.length))).toBe(65_530);
    expect(Math.max(...entries.map(({ value }) => value.length))).toBeGreaterThan(20_000);
    expect(versionsInOneSst(ssts)).toBeGreaterThan(10);
    expect(segments.length).toBeGreaterThanOrEqual(3);
    expect(segments.at(-1)!.records.at(-1)!.type).toBe('batch');
    expect(state.keySpaces.map(({ name }) => name)).toEqual(['', 'readings', 'things', 'raw']);
  });

  it('created: is a manifest that names the log, and a segment that begins with a fence of nothing', async () => {
    const { image } = readGolden('1', 'created');
    const { state, manifests, ssts, segments } = await readStored(image);
    expect(manifests[0]).toMatchObject({
      number: 1,
      type: 'snapshot',
      json: { term: '0', logPosition: '0', levels: [[], [], [], [], [], [], []] },
    });
    expect(state).toMatchObject({ term: 1, logPosition: 1 });
    expect(ssts).toEqual([]);
    expect(segments.map(({ records }) => records)).toMatchObject([[{ type: 'fence', term: 1, segments: [] }]]);
  });

  it('closed: ends each session with a record that says how much is durable', async () => {
    const { segments } = await readStored(readGolden('1', 'closed').image);
    const closes = segments.flatMap(({ records }) => records.filter(({ type }) => type === 'close'));
    expect(closes).toHaveLength(2);
    expect(segments.at(-1)!.records.at(-1)).toMatchObject({ type: 'close', synced: closes.at(-1)!.offset });
  });

  it('terms: has a fence of each term, the last of which ends three segments, one of them before its last records', async () => {
    const { segments } = await readStored(readGolden('1', 'terms').image);
    expect(segments.map(({ header }) => header?.term)).toEqual([1, 2, 3, 4]);
    const fences = segments.map(({ records }) => records[0]!);
    expect(fences.map((fence) => (fence.type === 'fence' ? [fence.term, fence.segments.length] : []))).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 3],
    ]);
    const last = fences[3]!;
    const ends = last.type === 'fence' ? last.segments.map(({ end }) => end) : [];
    expect(segments.slice(0, 3).map(({ end }, i) => end > ends[i]!)).toEqual([true, false, false]);
    expect(Math.max(...segments.flatMap(({ records }) => records.map(({ bytes }) => bytes)))).toBeGreaterThan(7000);
  });

  it('rolled: has a segment that says where the one of the same term before it ended, and how much of that was durable', async () => {
    const { segments } = await readStored(readGolden('1', 'rolled').image);
    const [first, second] = segments.slice(-2);
    expect(second!.header).toMatchObject({ term: first!.header!.term, segment: first!.number + 1, previousEnd: first!.end });
    expect(second!.header!.previousSynced).toBeGreaterThan(0);
    expect([first!, second!].map(({ records }) => records.filter(({ type }) => type === 'batch').length)).toEqual([3, 3]);
  });

  it('torn: ends in the middle of a record, with zeros behind it', async () => {
    const { image } = readGolden('1', 'torn');
    const log = (await storeOf(image)).openLog();
    const [info] = await log.segments();
    const { end, size, damaged, records } = await inspectSegment(log, info!);
    expect({ size, damaged, last: records.at(-1)!.type }).toEqual({ size: 4096, damaged: false, last: 'batch' });
    const bytes = [...image.values()].at(-1)!;
    const [rest, zeros] = [bytes.subarray(end, end + 160), bytes.subarray(end + 160)];
    expect(rest.every((byte) => byte === 0)).toBe(false);
    expect(zeros.every((byte) => byte === 0)).toBe(true);
  });
});

/** What all databases of a generation together make use of. */
async function factsOfAll(generation: string): Promise<Set<string>> {
  const facts = await Promise.all(databasesOf(generation).map((name) => factsOf(readGolden(generation, name).image)));
  return new Set(facts.flatMap((some) => [...some]));
}

/** How many keys stand in one SST more than once. */
function versionsInOneSst(ssts: Awaited<ReturnType<typeof readStored>>['ssts']): number {
  let count = 0;
  for (const { blocks } of ssts) {
    const keys = blocks.flatMap(({ entries }) => entries.map(({ keySpace, key }) => `${keySpace} ${key.join()}`));
    count += keys.length - new Set(keys).size;
  }
  return count;
}
