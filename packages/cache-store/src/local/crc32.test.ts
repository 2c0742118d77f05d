import { expect, it } from 'vitest';
import { crc32 } from './crc32.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

it('is CRC-32C: the check value, and the examples of RFC 3720', () => {
  expect(crc32(text('123456789'))).toBe(0xe3069283);
  expect(crc32(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

it('goes on where another ended, wherever bytes are cut', () => {
  const bytes = Uint8Array.from({ length: 67 }, (_, i) => (i * 151) & 255);
  for (let cut = 0; cut <= bytes.length; cut++) expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes));
});
