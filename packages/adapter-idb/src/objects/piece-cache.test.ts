import { expect, it } from 'vitest';
import { PieceCache } from './piece-cache.ts';

it('keeps the pieces that were used last, and not more than eight', () => {
  const cache = new PieceCache();
  const pieces = Array.from({ length: 9 }, () => new ArrayBuffer(1));
  for (const [i, piece] of pieces.entries()) {
    cache.add('id', i, piece);
    // The first one is used all the time.
    expect(cache.get('id', 0)).toBe(pieces[0]);
  }
  expect(cache.get('id', 1)).toBeUndefined();
  expect(pieces.slice(2).map((_, i) => cache.get('id', i + 2))).toEqual(pieces.slice(2));
  expect(cache.get('other', 0)).toBeUndefined();
  cache.clear();
  expect(cache.get('id', 0)).toBeUndefined();
});
