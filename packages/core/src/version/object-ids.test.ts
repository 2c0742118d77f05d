// Which ids are given, and which of them keep garbage collection off.

import { describe, expect, it } from 'vitest';
import type { ObjectId } from '../format/object-names.ts';
import { ObjectIds } from './object-ids.ts';

describe('object ids', () => {
  it('are never given twice in a term, and pending until their job is over', () => {
    const ids = new ObjectIds();
    const [one, other] = [new Set<ObjectId>(), new Set<ObjectId>()];
    const given = [ids.take(3, one), ids.take(3, other), ids.take(3, one)];
    expect(given.map(({ counter }) => counter)).toEqual([1, 2, 3]);
    expect([...ids.pending]).toEqual(given);
    ids.release(one);
    expect([...ids.pending]).toEqual([given[1]]);
  });

  it('of other jobs keep a manifest from calling anything from the smallest on garbage', () => {
    const ids = new ObjectIds();
    const [slow, own] = [new Set<ObjectId>(), new Set<ObjectId>()];
    ids.take(3, own);
    ids.take(3, slow);
    ids.take(3, own);
    expect(ids.edit(own)).toEqual({ kind: 'objects', pendingFrom: '2', next: '4' });
    expect(ids.edit(undefined)).toEqual({ kind: 'objects', pendingFrom: '1', next: '4' });
    ids.release(own);
    ids.release(slow);
    expect(ids.edit(undefined)).toEqual({ kind: 'objects', pendingFrom: '4', next: '4' });
  });

  it('begin anew in a new term, where those of a job that began before it still count', () => {
    const ids = new ObjectIds();
    const job = new Set<ObjectId>();
    const before = ids.take(3, job);
    ids.restart();
    expect(ids.take(4, job)).toEqual({ term: 4, counter: 1 });
    expect(ids.pending).toContain(before);
  });

  it('may be many', () => {
    const ids = new ObjectIds();
    const job = new Set<ObjectId>();
    for (let i = 0; i < 300_000; i++) ids.take(1, job);
    expect(ids.edit(undefined)).toEqual({ kind: 'objects', pendingFrom: '1', next: '300001' });
    expect(ids.edit(job)).toEqual({ kind: 'objects', pendingFrom: '300001', next: '300001' });
  });
});
