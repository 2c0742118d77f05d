// Readers of a log while writers take over from each other: what an overtaken one appends late is never seen, unless whoever came next has found it. Each
// test is one order of calls, made by holding some of them.

import { describe, expect, it } from 'vitest';
import { codeOf, follower, holding, place, writer, type Held } from './log-reader-test-kit.ts';
import type { TextReader } from './reader-test-kit.ts';

const PIECE = /^wal\/.*\/\d{16}$/;
const BEGIN = /\/begin$/;
const LISTS = /^(wal|manifest)\/$/;

/** A writer that has written `a`, and a second one whose claim is made, and who has read the log, but has not written its fence. */
async function between() {
  const store = place();
  const [old, next] = [holding(store), holding(store)];
  const first = await writer(old.store);
  await first.put('a', 'acknowledged');
  const held = next.hold('putIfAbsent', BEGIN);
  return { store, old, first, claim: () => claimed(next, held) };
}

async function claimed(next: Held, held: Promise<() => void>) {
  const opening = writer(next.store);
  const fence = await held;
  return {
    opening: codeOf(opening),
    open: async () => {
      fence();
      return opening;
    },
  };
}

/** A write whose object is there when `land` is done. */
async function late(old: Held, write: () => Promise<unknown>) {
  const held = old.hold('putIfAbsent', PIECE);
  const outcome = codeOf(write());
  const append = await held;
  return async () => {
    append();
    return outcome;
  };
}

const keys = async (reader: TextReader): Promise<string[]> => (await reader.scan().all()).map(([key]) => key);

describe('what an overtaken writer appends', () => {
  it('behind the fence is not seen', async () => {
    const { store, old, first, claim } = await between();
    await using before = await follower(store);
    const land = await late(old, () => first.put('late', 'void'));
    const { open } = await claim();
    await using next = await open();
    expect(await land()).toBe('UNKNOWN');
    await using after = await follower(store);
    for (const reader of [before, after]) expect(await keys(reader)).toEqual(['a']);
    await next.put('b', 'of the next');
    for (const reader of [before, after]) expect(await keys(reader)).toEqual(['a', 'b']);
    await first.close();
  });

  it('before the fence that will leave it out is not seen either', async () => {
    const { store, old, first, claim } = await between();
    await using before = await follower(store);
    const land = await late(old, () => first.put('late', 'void'));
    const { open } = await claim();
    expect(await land()).toBe('UNKNOWN');
    await using after = await follower(store);
    for (const reader of [before, after]) {
      expect(await keys(reader)).toEqual(['a']);
      expect(reader.stats().log).toMatchObject({ waitsFor: 'takeover' });
    }
    await using next = await open();
    await next.put('b', 'of the next');
    for (const reader of [before, after]) {
      expect(await keys(reader)).toEqual(['a', 'b']);
      expect(reader.stats().log).toMatchObject({ waitsFor: undefined });
    }
    await first.close();
  });

  it('while a look is under way, behind a claim, is not seen', async () => {
    const { store, old, first, claim } = await between();
    const looking = holding(store);
    await using reader = await follower(looking.store);
    // Of the two lists of a look the second waits: whichever it is, the claim is made before it, and the write lands.
    const firstList = looking.hold('list', LISTS);
    const read = reader.scan().all();
    const goOn = await firstList;
    const secondList = looking.hold('list', LISTS);
    goOn();
    const lookOn = await secondList;
    const land = await late(old, () => first.put('late', 'void'));
    const { open } = await claim();
    expect(await land()).toBe('UNKNOWN');
    lookOn();
    expect((await read).map(([key]) => key)).toEqual(['a']);
    await using next = await open();
    expect(await keys(reader)).toEqual(['a']);
    expect(await next.get('late')).toBeUndefined();
    await first.close();
  });

  it('before a claim is seen, also when its acknowledgement comes after the take-over has begun', async () => {
    const { store, first, claim } = await between();
    await using before = await follower(store);
    await first.put('b', 'seen by the first reader before the claim');
    expect(await keys(before)).toEqual(['a', 'b']);
    await first.put('c', 'the last of its term');
    const { open } = await claim();
    await using during = await follower(store);
    // Nobody can tell the last piece from one that came too late, until the fence says so. What was seen stays.
    expect(await keys(before)).toEqual(['a', 'b']);
    expect(await keys(during)).toEqual(['a', 'b']);
    expect(during.stats().log).toMatchObject({ waitsFor: 'takeover' });
    await using next = await open();
    for (const reader of [before, during]) expect(await keys(reader)).toEqual(['a', 'b', 'c']);
    expect(await next.get('c')).toBe('the last of its term');
    await first.close();
  });

  it('and was seen stays seen when it crosses a claim', async () => {
    const { store, first, claim } = await between();
    await using reader = await follower(store);
    expect(await keys(reader)).toEqual(['a']);
    const { open } = await claim();
    expect(await keys(reader)).toEqual(['a']);
    expect(reader.stats().log).toMatchObject({ waitsFor: undefined });
    await using next = await open();
    await next.delete('a');
    expect(await keys(reader)).toEqual([]);
    await first.close();
  });
});

describe('a fence that is written by somebody who was overtaken', () => {
  /** The second has read the log before a write of the first landed, the third afterwards; the second writes its fence all the same. */
  async function staleFence() {
    const { store, old, first, claim } = await between();
    const reader = await follower(store);
    const land = await late(old, () => first.put('late', 'found by the third'));
    const second = await claim();
    expect(await land()).toBe('UNKNOWN');
    const third = holding(store);
    const held = third.hold('putIfAbsent', BEGIN);
    const opening = writer(third.store);
    const fence = await held;
    await second.open().catch(() => undefined);
    expect(await second.opening).toBe('FENCED');
    await first.close();
    return {
      store,
      reader,
      open: async () => {
        fence();
        return opening;
      },
    };
  }

  it('does not bind: readers see what its successor has found', async () => {
    const { store, reader, open } = await staleFence();
    await using during = await follower(store);
    for (const each of [reader, during]) expect(await keys(each)).toEqual(['a']);
    await using owner = await open();
    expect(await owner.get('late')).toBe('found by the third');
    await owner.put('z', 'of the third');
    await using after = await follower(store);
    for (const each of [reader, during, after]) expect(await keys(each)).toEqual(['a', 'late', 'z']);
    await reader.close();
  });

  it('does not bind the one who opens after that: what its successor has shown is there', async () => {
    const { store, reader, open } = await staleFence();
    const owner = await open();
    expect(await owner.get('late')).toBe('found by the third');
    await owner.put('z', 'of the third');
    await using last = await writer(store);
    expect((await last.scan().all()).map(([key]) => key)).toEqual(['a', 'late', 'z']);
    expect(await keys(reader)).toEqual(['a', 'late', 'z']);
    await reader.close();
    await owner.close().catch(() => undefined);
  });
});
