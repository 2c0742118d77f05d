// The kit notices mistakes: every store and every log with a deliberate one fails, and fails the check that names it.

import { memoryStore, type LogStore, type MemoryStore, type ObjectStore } from '@varve/core';
import { objectLog } from '@varve/core/object-log';
import { describe, expect, it } from 'vitest';
import { logStoreChecks, objectStoreChecks, type Check } from '../src/index.ts';
import { brokenClaims } from './broken-claims.ts';
import { brokenLog, brokenLogs as otherBrokenLogs, type BrokenLog, type Claimed } from './broken-logs.ts';
import { brokenCreation } from './broken-creation.ts';
import { brokenHandles } from './broken-handles.ts';
import { brokenReading } from './broken-reading.ts';
import { brokenStore, soundStore, type BrokenStore } from './broken-store.ts';
import { brokenTaking, brokenObjectLog, type BrokenTaking } from './broken-taking.ts';
import { brokenWriting } from './broken-writing.ts';

const brokenLogs = [...otherBrokenLogs, ...brokenClaims];
const brokenStores = [...brokenCreation, ...brokenReading, ...brokenWriting, ...brokenHandles];

/** Titles of the checks that fail. */
async function failures(checks: readonly Check[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of checks) await run().catch(() => failed.push(title));
  return failed;
}

function checksOfStore(broken: BrokenStore): Check[] {
  const behind = new WeakMap<ObjectStore, MemoryStore>();
  const open = (store: MemoryStore): ObjectStore => {
    const handle = brokenStore(broken, store);
    behind.set(handle, store);
    return handle;
  };
  const storeOf = (handle: ObjectStore) => behind.get(handle) ?? soundStore(broken);
  return objectStoreChecks({
    open: () => open(soundStore(broken)),
    reopen: (handle) => open(broken.sync ? storeOf(handle).share() : storeOf(handle).share({ sync: false })),
    powerCut: (handle) => open(broken.sync ? storeOf(handle).crash() : storeOf(handle).crash({ sync: false })),
    sync: broken.sync === true,
    lock: true,
    manyObjects: 150,
    largeObjectBytes: 1_200_000,
  });
}

function checksOfLog(broken: BrokenLog): Check[] {
  const behind = new WeakMap<LogStore, { store: MemoryStore; claimed: Claimed }>();
  const open = (store: MemoryStore, claimed: Claimed): LogStore => {
    const log = brokenLog(broken, store, claimed);
    behind.set(log, { store, claimed });
    return log;
  };
  return logStoreChecks({
    open: () => open(memoryStore(), { term: 0 }),
    reopen(log) {
      const { store, claimed } = behind.get(log)!;
      return open(store.share(), claimed);
    },
    powerCut(log) {
      const { store, claimed } = behind.get(log)!;
      return open(store.crash(), { ...claimed });
    },
    sync: true,
    claims: true,
  }).filter(({ theme }) => theme !== 'taking');
}

function checksOfObjectLog(broken: BrokenTaking): Check[] {
  const behind = new WeakMap<LogStore, MemoryStore>();
  const open = (store: MemoryStore): LogStore => {
    const log = brokenObjectLog(broken, objectLog(store), store);
    behind.set(log, store);
    return log;
  };
  const reopen = (log: LogStore): LogStore => open(behind.get(log)!.share());
  return logStoreChecks({ open: () => open(memoryStore()), reopen, sync: false, takes: true }).filter(({ theme }) => theme === 'taking');
}

describe('a broken store', () => {
  it.each(brokenStores)('fails when $mistake', async (broken) => {
    expect(await failures(checksOfStore(broken))).toContain(broken.caughtBy);
  });

  it('is told apart from a sound one', async () => {
    const sound = { mistake: 'none', caughtBy: 'none', breakStore: () => ({}) };
    expect(await failures(checksOfStore(sound))).toEqual([]);
    expect(await failures(checksOfStore({ ...sound, sync: true }))).toEqual([]);
  });

  it('is there for every check', () => {
    const titles = objectStoreTitles();
    const caught = new Set(brokenStores.map(({ caughtBy }) => caughtBy));
    expect(titles.filter((title) => !caught.has(title))).toEqual([]);
  });
});

describe('a broken log', () => {
  it.each(brokenLogs)('fails when $mistake', async (broken) => {
    expect(await failures(checksOfLog(broken))).toContain(broken.caughtBy);
  });

  it('is told apart from a sound one', async () => {
    expect(await failures(checksOfLog({ mistake: 'none', caughtBy: 'none', breakLog: () => ({}) }))).toEqual([]);
  });

  it('is there for every check', () => {
    const titles = checksOfLog({ mistake: 'none', caughtBy: 'none', breakLog: () => ({}) }).map(({ title }) => title);
    const caught = new Set(brokenLogs.map(({ caughtBy }) => caughtBy));
    expect(titles.filter((title) => !caught.has(title))).toEqual([]);
  });
});

describe('a log of which segments are taken wrongly', () => {
  it.each(brokenTaking)('fails when $mistake', async (broken) => {
    expect(await failures(checksOfObjectLog(broken))).toContain(broken.caughtBy);
  });

  it('is told apart from a sound one', async () => {
    expect(await failures(checksOfObjectLog(SOUND_TAKING))).toEqual([]);
  });

  it('is there for every check', () => {
    const caught = new Set(brokenTaking.map(({ caughtBy }) => caughtBy));
    expect(checksOfObjectLog(SOUND_TAKING).filter(({ title }) => !caught.has(title))).toEqual([]);
  });
});

const SOUND_TAKING: BrokenTaking = { mistake: 'none', caughtBy: 'none', breakLog: () => ({}) };

/** Titles of all checks; those that run through both halves once. */
function objectStoreTitles(): string[] {
  const sound = { mistake: 'none', caughtBy: 'none', sync: true, breakStore: () => ({}) };
  return checksOfStore(sound)
    .map(({ title }) => title)
    .filter((title) => !title.endsWith(', synchronously'));
}
