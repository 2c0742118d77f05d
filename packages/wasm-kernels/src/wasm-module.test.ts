// Decoding the module's text, in both ways: which one a runtime takes is its own matter.

import { expect, it } from 'vitest';
import { decodeDigits, decodeHex } from './wasm-module.ts';

it('every byte is decoded, with what the runtime brings and without', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  expect(decodeHex(text)).toEqual(bytes);
  expect(decodeDigits(text)).toEqual(bytes);
});
