import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base64Decode, base64Encode } from './base64.ts';

it('agrees with RFC 4648 on its own examples', () => {
  const pairs = { '': '', f: 'Zg==', fo: 'Zm8=', foo: 'Zm9v', foob: 'Zm9vYg==', fooba: 'Zm9vYmE=', foobar: 'Zm9vYmFy' };
  for (const [plain, text] of Object.entries(pairs)) expect(base64Encode(new TextEncoder().encode(plain))).toBe(text);
});

it('gives back the bytes that went in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(base64Decode(base64Encode(bytes))).toEqual(bytes);
    }),
    { seed: 1 },
  );
  const long = Uint8Array.from({ length: 100_001 }, (_, i) => i * 7);
  expect(base64Decode(base64Encode(long))).toEqual(long);
});

it.each(['A', 'AAA', 'Zg=', 'Zg', 'Zm9v\n', 'Z g=', 'Zh==', 'Zm9=', '====', 'Zg==Zg==', 'Zm-_'])('refuses %j as damaged', (text) => {
  expect(() => base64Decode(text)).toThrowError(expect.objectContaining({ code: 'CORRUPTION' }));
});
