// Batches as users build them: any key spaces of one database, all or nothing, at one epoch, once.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import { json } from '../format/json-codec.ts';
import { utf8 } from '../format/utf8-codec.ts';
import { memoryStore } from '../store/memory-store.ts';
import type { BatchTarget } from './batch.ts';
import { open } from './open-database.ts';

const TEXT = { keys: utf8, values: utf8 };
const openText = async (store = memoryStore()) => open(store, { ...TEXT, memoryBudgetBytes: 4 << 20 });

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
}

describe('a batch', () => {
  it('is written as one, at one epoch, over several key spaces', async () => {
    await using db = await openText();
    const counts = db.keyspace('counts', { keys: utf8, values: json<number>() });
    await db.put('old', 'x');
    const batch = db.batch().put('a', '1').put(counts, 'a', 1).delete('old').put(db, 'b', '2').delete(counts, 'none');
    expect(batch.size).toBe(5);
    const result = await db.write(batch);
    expect(result.ok).toBe(true);
    const entries = [await db.getEntry('a'), await db.getEntry('b'), await counts.getEntry('a')];
    const epoch = result.ok ? result.epoch : 0n;
    expect(entries.map((entry) => [entry?.value, entry?.epoch])).toEqual([
      ['1', epoch],
      ['2', epoch],
      [1, epoch],
    ]);
    expect(await db.has('old')).toBe(false);
  });

  it('keeps of one key what was said last', async () => {
    await using db = await openText();
    await db.write(db.batch().put('a', '1').put('b', '1').delete('a').put('a', '2').delete('b'));
    expect(await db.scan().all()).toEqual([['a', '2']]);
    await db.flush();
    expect(await db.scan().all()).toEqual([['a', '2']]);
  });

  it('is invisible until it is written, and nothing when it is empty', async () => {
    await using db = await openText();
    const { epoch } = db.stats();
    db.batch().put('a', '1');
    expect(await db.get('a')).toBeUndefined();
    expect(await db.write(db.batch())).toEqual({ ok: true, epoch });
    expect(db.stats().epoch).toBe(epoch);
  });

  it('is written once', async () => {
    await using db = await openText();
    const batch = db.batch().put('a', '1');
    const [written, again] = [db.write(batch), db.write(batch)];
    await expect(again).rejects.toMatchObject({ code: 'CLOSED' });
    await written;
    expect([codeOf(() => batch.put('b', '2')), codeOf(() => batch.delete('b')), codeOf(() => batch.check('b', undefined))]).toEqual([
      'CLOSED',
      'CLOSED',
      'CLOSED',
    ]);
    expect(await db.scan().all()).toEqual([['a', '1']]);
  });

  it('may be written after a call that was refused for its options', async () => {
    await using db = await openText();
    const batch = db.batch().put('a', '1');
    await expect(db.write(batch, { durability: 'durable' as 'synced' })).rejects.toThrow(
      "durability must be 'memory' or 'buffered' or 'synced'",
    );
    await expect(db.write(batch, { sync: true } as object)).rejects.toThrow("did you mean durability: 'synced'?");
    expect(await db.write(batch)).toMatchObject({ ok: true });
  });

  it('refuses keys and values as they are added, and goes on without them', async () => {
    await using db = await openText();
    const batch = db.batch().put('a', '1');
    expect(() => batch.put('b', '\ud800')).toThrow(TypeError);
    expect(() => batch.put('k'.repeat(65_536), '2')).toThrow(RangeError);
    expect(() => batch.put('c', 3 as unknown as string)).toThrow(TypeError);
    await db.write(batch.put('d', '4'));
    expect(await db.scan().all()).toEqual([
      ['a', '1'],
      ['d', '4'],
    ]);
  });

  it('belongs to its database, and so do its key spaces', async () => {
    await using db = await openText();
    await using other = await openText();
    const foreign = other.keyspace('words', TEXT);
    await expect(other.write(db.batch().put('a', '1'))).rejects.toThrow('the batch belongs to another database');
    expect(() => db.batch().put(foreign, 'a', '1')).toThrow('the key space belongs to another database than the batch');
    const nothing = [undefined, null, 'words', {}] as unknown as BatchTarget<string, string>[];
    for (const target of nothing) expect(() => db.batch().put(target, 'a', '1')).toThrow('expected a key space or database');
    await expect(db.write({ put: 1 } as never)).rejects.toThrow('write takes a batch made by db.batch()');
  });

  it('that is too large is refused as a whole', async () => {
    await using db = await openText();
    const batch = db.batch();
    for (let i = 0; i < 20; i++) batch.put(`k${i}`, 'x'.repeat(60_000));
    await expect(db.write(batch)).rejects.toThrow(RangeError);
    expect(await db.scan().all()).toEqual([]);
    expect(await db.write(db.batch().put('a', '1'))).toMatchObject({ ok: true });
  });

  it('takes buffers in turn: what one held is never seen in another', async () => {
    await using db = await openText();
    await db.write(db.batch().put('a', 'x'.repeat(3000)));
    const [first, second] = [db.batch().put('b', '1'), db.batch().put('c', '2')];
    await Promise.all([db.write(second), db.write(first), db.write(db.batch().put('d', ''))]);
    const sizes = (await db.scan().all()).map(([key, value]) => `${key} ${value.length}`);
    expect(sizes).toEqual(['a 3000', 'b 1', 'c 1', 'd 0']);
  });
});

describe('a batch with expectations', () => {
  it('is written only while every key has the epoch that it expects', async () => {
    await using db = await openText();
    const epoch = await db.put('a', '1');
    expect(await db.write(db.batch().check('a', epoch).check('new', undefined).put('a', '2').put('new', '1'))).toMatchObject({ ok: true });
    const stale = await db.write(db.batch().check('new', undefined).put('a', '3'));
    expect(stale).toEqual({ ok: false, key: new TextEncoder().encode('\0new') });
    expect(await db.write(db.batch().check('a', epoch).put('b', '3'))).toMatchObject({ ok: false });
    expect(await db.scan().all()).toEqual([
      ['a', '2'],
      ['new', '1'],
    ]);
  });

  it('sees writes that are not acknowledged yet', async () => {
    await using db = await openText();
    const first = db.put('a', '1');
    const second = db.write(db.batch().check('a', undefined).put('a', '2'));
    await first;
    expect(await second).toMatchObject({ ok: false });
    expect(await db.get('a')).toBe('1');
  });

  it('may expect only', async () => {
    await using db = await openText();
    const epoch = await db.put('a', '1');
    expect(await db.write(db.batch().check('a', epoch))).toEqual({ ok: true, epoch });
    expect(await db.write(db.batch().check('a', undefined))).toMatchObject({ ok: false });
  });

  it('counts a deleted key as missing', async () => {
    await using db = await openText();
    await db.put('a', '1');
    await db.delete('a');
    expect(await db.write(db.batch().check('a', undefined).put('a', '2'))).toMatchObject({ ok: true });
  });

  it('takes bigints for epochs, nothing else', async () => {
    await using db = await openText();
    expect(() => db.batch().check('a', 5 as unknown as bigint)).toThrow('check takes an epoch (a bigint) or undefined, not the number 5');
  });

  it('has one winner among many, over and over', async () => {
    await using db = await openText();
    const increment = async (): Promise<void> => void (await db.update('n', (old) => String(Number(old ?? 0) + 1)));
    await Promise.all(Array.from({ length: 40 }, increment));
    expect(await db.get('n')).toBe('40');
  });
});
