// Opens a copy of a golden database and compares all that it answers with its contents.

import { isDeepStrictEqual } from 'node:util';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/db/open-database.ts';
import type { SyncMemoryStore } from '../../src/store/memory-store.ts';
import { storeOf } from '../rot/image.ts';
import { codecsOf } from './codecs.ts';
import type { Contents, SpaceContents } from './contents.ts';
import { meaningOf, type Notation } from './notation.ts';
import type { Golden } from './recipes.ts';

type Entry = readonly [unknown, unknown];
const LONGEST_TEXT = 200;
/** What is put into a key space (of bytes) that has nothing in it. */
const FIRST_ENTRY: readonly [Notation, Notation] = [{ $bytes: '01' }, { $bytes: '0203' }];

/** A golden database that is open, with the key spaces of its contents. */
export type Opened = Awaited<ReturnType<typeof openGolden>>;

/** Opens a store that holds a golden database. */
export async function openGolden(store: SyncMemoryStore, { spaces }: Contents) {
  const [root] = spaces;
  const db = await open(store, { ...codecsOf(root!), blockSizeBytes: 1024, sstSizeBytes: 8192, random: seededRandom(1) });
  return { db, space: ({ name, ...codecs }: SpaceContents) => (name === '' ? db : db.keyspace(name, codecsOf(codecs))) };
}

/** A store that holds copies of a golden database's bytes. */
export function copyOf({ image }: Golden): Promise<SyncMemoryStore> {
  return storeOf(image);
}

/** One sentence for every answer that is not as the contents say. */
export async function differences({ db, space }: Opened, { spaces }: Contents): Promise<string[]> {
  const wrong: string[] = [];
  const compare = (what: string, found: unknown, expected: unknown): void => {
    if (!isDeepStrictEqual(found, expected)) wrong.push(`${what}: found ${textOf(found)} instead of ${textOf(expected)}`);
  };
  const named = spaces.filter(({ name }) => name !== '').map(({ name, keys, values }) => ({ name, keys, values }));
  compare(
    'key spaces',
    db.keyspaces().map(({ name, keys, values }) => ({ name, keys, values })),
    named.sort(byName),
  );
  for (const contents of spaces) {
    const reads = space(contents);
    const { name } = contents;
    const entries = contents.entries.map(([key, value]): Entry => [meaningOf(key), meaningOf(value)]);
    const gone = contents.gone.map(meaningOf);
    compare(`scan of ${name}`, [...reads.scanSync()], entries);
    compare(`scan of ${name}, backwards`, await reads.scan({ reverse: true }).all(), [...entries].reverse());
    compare(
      `keys of ${name}`,
      await itemsOf(reads.scan().keys()),
      entries.map(([key]) => key),
    );
    for (const [key, value] of entries) compare(`get ${name} ${textOf(key)}`, reads.getSync(key), value);
    compare(`many of ${name}`, await reads.getMany([...entries.map(([key]) => key), ...gone]), [
      ...entries.map(([, value]) => value),
      ...gone.map(() => undefined),
    ]);
    for (const key of gone) compare(`has ${name} ${textOf(key)}`, reads.hasSync(key), false);
  }
  compare('verify', (await db.verify()).problems, []);
  return wrong;
}

/** Throws unless the database holds what its contents say. */
export async function checkGolden(golden: Golden): Promise<void> {
  const opened = await openGolden(await copyOf(golden), golden.contents);
  try {
    const [first] = await differences(opened, golden.contents);
    if (first !== undefined) throw new Error(first);
  } finally {
    await opened.db.close();
  }
}

/** Changes every key space a little, and says what it holds then: the first entry goes, the last two swap their values. One without entries gets its first. */
export async function change({ space }: Opened, { about, spaces }: Contents): Promise<Contents> {
  const changed: SpaceContents[] = [];
  for (const contents of spaces) {
    const writes = space(contents);
    const [first] = contents.entries;
    const rest = first === undefined ? [FIRST_ENTRY] : contents.entries.slice(1);
    const entries = [...rest];
    if (first === undefined) await writes.put(meaningOf(FIRST_ENTRY[0]), meaningOf(FIRST_ENTRY[1]));
    else await writes.delete(meaningOf(first[0]));
    for (const [to, from] of [
      [-1, -2],
      [-2, -1],
    ] as const) {
      const [entry, other] = [rest.at(to), rest.at(from)];
      if (entry === undefined || other === undefined) continue;
      await writes.put(meaningOf(entry[0]), meaningOf(other[1]));
      entries[entries.length + to] = [entry[0], other[1]];
    }
    changed.push({ ...contents, entries, gone: first === undefined ? contents.gone : [...contents.gone, first[0]] });
  }
  return { about, spaces: changed };
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

async function itemsOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function textOf(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item)) ?? 'undefined';
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}...`;
}
