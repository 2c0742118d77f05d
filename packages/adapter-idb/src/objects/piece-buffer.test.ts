import { describe, expect, it } from 'vitest';
import { PIECE_BYTES } from '../connection/schema.ts';
import { PieceBuffer } from './piece-buffer.ts';
import { cutPieces } from './pieces.ts';

const WHOLE = Uint8Array.from({ length: PIECE_BYTES * 3 + 500 }, (_, i) => (i * 13) % 251);

describe('bytes that are appended', () => {
  it.each([1000, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, WHOLE.length])(
    'come out in the same pieces when %i come at once',
    (step) => {
      const buffer = new PieceBuffer();
      const pieces: ArrayBuffer[] = [];
      for (let from = 0; from < WHOLE.length; from += step) pieces.push(...buffer.add(WHOLE.subarray(from, from + step)));
      expect([...pieces, ...buffer.rest()]).toEqual(cutPieces(WHOLE));
    },
  );

  it('leave no rest when they fill their pieces', () => {
    const buffer = new PieceBuffer();
    expect(buffer.add(WHOLE.subarray(0, PIECE_BYTES * 2)).length).toBe(2);
    expect(buffer.rest()).toEqual([]);
    expect(buffer.add(new Uint8Array(0))).toEqual([]);
  });

  it('are copied', () => {
    const buffer = new PieceBuffer();
    const bytes = new Uint8Array(PIECE_BYTES + 1);
    const [whole] = buffer.add(bytes);
    const [rest] = buffer.rest();
    bytes.fill(1);
    expect(new Uint8Array(whole).includes(1)).toBe(false);
    expect(buffer.rest()[0]).toEqual(rest);
    expect(rest.byteLength).toBe(1);
  });
});

describe('pieces', () => {
  it('hold the bytes in order, each in a buffer of its own', () => {
    const pieces = cutPieces(WHOLE);
    expect(pieces.map((piece) => piece.byteLength)).toEqual([PIECE_BYTES, PIECE_BYTES, PIECE_BYTES, 500]);
    expect(Uint8Array.from(pieces.flatMap((piece) => [...new Uint8Array(piece)]))).toEqual(WHOLE);
  });

  it.each([
    [0, 0],
    [1, 1],
    [PIECE_BYTES, 1],
    [PIECE_BYTES + 1, 2],
  ])('of %i bytes are %i', (size, count) => {
    expect(cutPieces(new Uint8Array(size)).length).toBe(count);
  });
});
