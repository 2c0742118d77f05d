import { seededRandom } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { csvLine, CsvReader } from './csv.ts';

const SEED = 4180;

function readAll(text: string, cut: (left: number) => number = (left) => left): string[][] {
  const reader = new CsvReader();
  const records: string[][] = [];
  for (let at = 0; at < text.length;) {
    const length = Math.max(1, cut(text.length - at));
    records.push(...reader.push(text.slice(at, at + length)).map(({ fields }) => fields));
    at += length;
  }
  return [...records, ...reader.end().map(({ fields }) => fields)];
}

describe('CSV', () => {
  it('reads fields, quotes, both line breaks, and a last line without one', () => {
    expect(readAll('a,b\r\n1,"x, ""y"""\n\n"line\nbreak",\r\nlast,""')).toEqual([
      ['a', 'b'],
      ['1', 'x, "y"'],
      ['line\nbreak', ''],
      ['last', ''],
    ]);
  });

  it('reads back what it wrote, however the text is cut into pieces', () => {
    const random = seededRandom(SEED);
    const letters = ['a', '"', ',', '\n', '\r\n', 'é', ' '];
    const field = (): string => Array.from({ length: random.uint32() % 5 }, () => letters[random.uint32() % letters.length]).join('');
    for (let round = 0; round < 200; round++) {
      const records = Array.from({ length: 5 }, () => ['x', field(), field()]);
      const text = records.map((fields) => `${csvLine(fields)}\n`).join('');
      expect(
        readAll(text, () => 1 + (random.uint32() % 7)),
        `seed=${SEED} round=${round}`,
      ).toEqual(records);
    }
  });

  it('knows the line on which a record starts, and a quote that is never closed', () => {
    const reader = new CsvReader();
    expect(reader.push('a\n"b\n\nb"\nc\n"d').map(({ line }) => line)).toEqual([1, 2, 5]);
    expect(reader.openQuote).toBe(6);
    reader.push('"');
    expect(reader.openQuote).toBeUndefined();
  });
});
