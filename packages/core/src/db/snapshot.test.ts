// A moment to read from: whatever is written, flushed, merged or deleted afterwards.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { json } from '../format/json-codec.ts';
import { utf8 } from '../format/utf8-codec.ts';
import { ToldRegistry } from '../mvcc/told-registry-test-kit.ts';
import type { EngineEvent } from '../stats/events.ts';
import { memoryStore } from '../store/memory-store.ts';
import { open } from './open-database.ts';

const SEED = 20261121;
const TEXT = { keys: utf8, values: utf8 };
const openText = async (onEvent?: (event: EngineEvent) => void) => open(memoryStore(), { ...TEXT, memoryBudgetBytes: 4 << 20, onEvent });

describe('a snapshot', () => {
  it('sees the moment at which it was opened, in every manner', async () => {
    await using db = await openText();
    await db.put('a', '1');
    const epoch = await db.put('b', '1');
    using snapshot = db.snapshot();
    await db.put('a', '2');
    await db.delete('b');
    await db.put('c', '2');
    expect(snapshot.epoch).toBe(epoch);
    expect([await snapshot.get('a'), snapshot.getSync('b'), await snapshot.has('c'), snapshot.hasSync('c')]).toEqual([
      '1',
      '1',
      false,
      false,
    ]);
    expect([await snapshot.getMany(['a', 'c', 'b']), snapshot.getManySync(['b'])]).toEqual([['1', undefined, '1'], ['1']]);
    expect([(await snapshot.getEntry('b'))?.epoch, snapshot.getEntrySync('b')?.epoch]).toEqual([epoch, epoch]);
    expect((await snapshot.scan({ reverse: true }).all()).map(([key]) => key)).toEqual(['b', 'a']);
    expect([...snapshot.scanSync()]).toHaveLength(2);
    expect(await db.scan().all()).toEqual([
      ['a', '2'],
      ['c', '2'],
    ]);
  });

  it('sees other key spaces at the same moment, but not those of other databases', async () => {
    await using db = await openText();
    await using other = await openText();
    const counts = db.keyspace('counts', { keys: utf8, values: json<number>() });
    await counts.put('a', 1);
    using snapshot = db.snapshot();
    await counts.put('a', 2);
    const then = snapshot.keyspace(counts);
    expect([await then.get('a'), await then.scan().all(), await counts.get('a')]).toEqual([1, [['a', 1]], 2]);
    expect(() => snapshot.keyspace(other.keyspace('counts', TEXT))).toThrow('the key space belongs to another database than the snapshot');
    snapshot.close();
    expect(() => then.getSync('a')).toThrow('the snapshot is closed');
  });

  it('does not see what is logged but not acknowledged yet', async () => {
    await using db = await openText();
    const writing = db.put('a', '1');
    using snapshot = db.snapshot();
    await writing;
    expect([snapshot.getSync('a'), db.getSync('a')]).toEqual([undefined, '1']);
  });

  it('of every age sees its own moment through flushes and merges, and once closed holds nothing back', async () => {
    const random = seededRandom(SEED);
    await using db = await openText();
    const model = new Map<string, string>();
    const moments: { snapshot: ReturnType<typeof db.snapshot>; was: [string, string][] }[] = [];
    for (let step = 0; step < 300; step++) {
      const key = `k${random.uint32() % 40}`;
      if (random.uint32() % 3 === 0) {
        await db.delete(key);
        model.delete(key);
      } else {
        await db.put(key, `${step}`);
        model.set(key, `${step}`);
      }
      if (step % 17 === 0) moments.push({ snapshot: db.snapshot(), was: [...model].sort(([a], [b]) => (a < b ? -1 : 1)) });
      if (step % 50 === 49) await (step % 100 === 99 ? db.compact() : db.flush());
      if (step % 40 === 39) moments.splice(random.uint32() % moments.length, 1)[0].snapshot.close();
      for (const { snapshot, was } of moments.slice(-3)) expect(await snapshot.scan().all(), `seed=${SEED} step=${step}`).toEqual(was);
    }
    expect(db.stats().snapshots).toBe(moments.length);
    for (const { snapshot, was } of moments) {
      expect(await snapshot.scan().all(), `seed=${SEED}`).toEqual(was);
      snapshot.close();
    }
    await db.putMany(model);
    await db.compact();
    expect(db.stats().levels.reduce((sum, { entries }) => sum + entries, 0)).toBe(model.size);
  });
});

describe('a snapshot that was forgotten', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('is told of with the stack that opened it, and holds nothing back any more', async () => {
    vi.stubGlobal('FinalizationRegistry', ToldRegistry);
    const warnings: string[] = [];
    await using db = await openText((event) => void (event.kind === 'warning' && warnings.push(event.message)));
    const registry = ToldRegistry.last!;
    // Not a tail call: some runtimes leave those out of the stack.
    function openedByMe() {
      const snapshot = db.snapshot();
      return snapshot;
    }
    const [forgotten, closed] = [openedByMe(), openedByMe()];
    closed.close();
    registry.collect(closed);
    registry.collect(forgotten);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('a snapshot was dropped without close(): it kept old versions alive');
    expect(warnings[0]).toContain('openedByMe');
    expect(db.stats().snapshots).toBe(0);
  });
});
