// What httpStore promises, proven where it runs: in a browser or in workerd, on a static host behind a real line.

import { open, openReader, utf8 } from '@varve/core';
import { describe, expect, inject, it } from 'vitest';
import { httpStore } from '../../src/index.ts';
import { ENTRIES, keyOf, valueOf } from './served-database.ts';

const CODECS = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 };
const entry = (i: number): [string, string] => [keyOf(i), valueOf(i)];

/** Declares the tests. */
export function proveHttp(where: string): void {
  describe(`a published database in ${where}`, () => {
    it('is read by key and by range, in both directions', async () => {
      await using reader = await openReader(httpStore(inject('published')), CODECS);
      expect(await reader.get(keyOf(42))).toBe(valueOf(42));
      expect(await reader.get('nothing')).toBeUndefined();
      expect(await reader.getMany([keyOf(1), 'nothing', keyOf(ENTRIES - 1)])).toEqual([valueOf(1), undefined, valueOf(ENTRIES - 1)]);
      expect(await reader.scan({ gte: keyOf(1000), lt: keyOf(1003) }).all()).toEqual([1000, 1001, 1002].map(entry));
      expect(await reader.scan({ reverse: true, limit: 2 }).all()).toEqual([ENTRIES - 1, ENTRIES - 2].map(entry));
    });

    it('gives its first answer after few requests, and a small part of its bytes', async () => {
      const store = httpStore(inject('published'));
      await using reader = await openReader(store, { ...CODECS, follow: false });
      expect(await reader.get(keyOf(777))).toBe(valueOf(777));
      // The publication, the manifests, a .meta, a block.
      expect(store.traffic.requests).toBe(3 + store.publication!.manifests.length);
      expect(store.traffic.bytes).toBeLessThan(store.publication!.bytes / 5);
    });

    it('is scanned whole in few requests', async () => {
      const store = httpStore(inject('published'));
      await using reader = await openReader(store, CODECS);
      let next = 0;
      for await (const [key, value] of reader.scan()) {
        expect(key === keyOf(next) && value === valueOf(next)).toBe(true);
        next++;
      }
      expect(next).toBe(ENTRIES);
      expect(store.traffic.requests).toBeLessThan(40);
    });

    it('cannot be written, and where there is none that is said', async () => {
      await expect(open(httpStore(inject('published')), CODECS)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      await expect(openReader(httpStore(`${inject('published')}/elsewhere`), CODECS)).rejects.toThrow(/published/);
    });
  });
}
