import { expect, it } from 'vitest';
import { copyPiece, piecesOf, runsOf } from './piece-range.ts';

it('a read touches every piece that has a byte of it', () => {
  expect(piecesOf(0, 1, 10)).toEqual({ first: 0, last: 0 });
  expect(piecesOf(9, 1, 10)).toEqual({ first: 0, last: 0 });
  expect(piecesOf(9, 2, 10)).toEqual({ first: 0, last: 1 });
  expect(piecesOf(10, 20, 10)).toEqual({ first: 1, last: 2 });
});

it('missing pieces that follow each other are one request, of at most 4 MiB', () => {
  expect(runsOf([], 10)).toEqual([]);
  expect(runsOf([0, 1, 2, 5, 7, 8], 10)).toEqual([
    { first: 0, last: 2 },
    { first: 5, last: 5 },
    { first: 7, last: 8 },
  ]);
  expect(runsOf([0, 1, 2, 3, 4], 2 ** 20)).toEqual([
    { first: 0, last: 3 },
    { first: 4, last: 4 },
  ]);
});

it('what is copied of pieces is what the object has there', () => {
  const object = Uint8Array.from({ length: 25 }, (_, i) => i);
  for (let offset = 0; offset < object.length; offset++) {
    for (let length = 1; offset + length <= object.length; length++) {
      const target = new Uint8Array(length);
      const { first, last } = piecesOf(offset, length, 10);
      for (let i = first; i <= last; i++) copyPiece(target, offset, object.slice(i * 10, i * 10 + 10), i * 10);
      expect([...target]).toEqual([...object.subarray(offset, offset + length)]);
    }
  }
});
