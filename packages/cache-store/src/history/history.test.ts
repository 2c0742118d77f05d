// What manifests tell: those that a real database writes, and damaged ones.

import { memoryStore, open, type MemoryStore } from '@varve/core';
import { copyDatabase } from '@varve/core/copy';
import { expect, it } from 'vitest';
import { DatabaseHistory } from './history.ts';
import { manifestFacts, manifestName, manifestNumber } from './manifest-facts.ts';

const MANIFESTS = 'manifest/';

/** A store with a database of some manifests. */
async function database(turns: number): Promise<MemoryStore> {
  const store = memoryStore();
  await live(store, turns);
  return store;
}

async function live(store: MemoryStore, turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) {
    const db = await open(store);
    // Old manifests go.
    await db.idle();
    await db.close();
  }
}

/** A history that has seen every manifest there is. */
async function observed(store: MemoryStore): Promise<DatabaseHistory> {
  const history = new DatabaseHistory();
  for (const { name } of await store.list(MANIFESTS)) history.observe(name, (await store.get(name))!);
  return history;
}

it('a database has one identity for ever; another one, and a copy, have others', async () => {
  const store = await database(1);
  const { identity } = await observed(store);
  await live(store, 20);
  expect((await observed(store)).identity).toBe(identity);
  expect((await observed(await database(1))).identity).not.toBe(identity);
  const copy = memoryStore();
  const db = await open(store);
  await copyDatabase(db, copy);
  await db.close();
  expect((await observed(copy)).identity).not.toBe(identity);
  expect(identity).toMatch(/^[0-9a-f]{32}-[0-9a-f]{32}$/);
});

it('the newest manifest that was seen is known by number and nonce', async () => {
  const store = await database(3);
  const names = (await store.list(MANIFESTS)).map(({ name }) => name);
  const newest = names.at(-1)!;
  expect((await observed(store)).newest).toEqual({
    number: manifestNumber(newest),
    nonce: manifestFacts((await store.get(newest))!)!.nonce,
  });
});

it('a history goes on from what it had, however much was written and deleted since', async () => {
  const store = await database(2);
  const mark = (await observed(store)).newest!;
  for (const turns of [0, 1, 50]) {
    await live(store, turns);
    expect(await (await observed(store)).continues(mark, store)).toBe(true);
    expect(await new DatabaseHistory().continues(mark, store)).toBe(true);
  }
  expect(await store.has(manifestName(mark.number))).toBe(false);
});

it('one that was put back to an older state does not, as long as that can be seen', async () => {
  const store = await database(2);
  const older = store.crash();
  await live(store, 2);
  const mark = (await observed(store)).newest!;
  // Nothing was written since.
  expect(await (await observed(older)).continues(mark, older)).toBe(false);
  expect(await new DatabaseHistory().continues(mark, older)).toBe(false);
  // Other manifests have the same numbers.
  await live(older, 3);
  expect(await (await observed(older)).continues(mark, older)).toBe(false);
  expect(await new DatabaseHistory().continues(mark, older)).toBe(false);
});

it('asks nothing where it has seen the manifest', async () => {
  const store = await database(2);
  const history = await observed(store);
  const refuse = (): never => {
    throw new Error('asked');
  };
  expect(await history.continues(history.newest!, { get: refuse, list: refuse })).toBe(true);
});

it('a database that is made anew in the same place begins a new history', async () => {
  const history = await observed(await database(5));
  const other = await database(1);
  for (const { name } of await other.list(MANIFESTS)) history.observe(name, (await other.get(name))!);
  expect(history.identity).toBe((await observed(other)).identity);
  expect(history.newest).toEqual((await observed(other)).newest);
});

it('what is cut or damaged is no manifest, or says something: nothing fails', async () => {
  const store = await database(1);
  const bytes = (await store.get(manifestName(1)))!;
  for (let length = 0; length < bytes.length - 8; length++) expect(manifestFacts(bytes.slice(0, length))).toBeUndefined();
  const history = new DatabaseHistory();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    history.observe(manifestName(1), damaged);
  }
  history.observe('manifest/1', bytes);
  history.observe('wal/1', bytes);
  history.observe(manifestName(1), bytes);
  expect(history.newest?.number).toBe(1);
});
