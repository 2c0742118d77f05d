// The text in which the module travels.

import { expect, it } from 'vitest';
import { decodeText } from './wasm-module.ts';

it('every byte is read from its one or two characters', () => {
  const character = (value: number) => String.fromCharCode(40 + value);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const text = bytes.map((byte) => (byte < 84 ? '' : character(83 + Math.floor(byte / 84))) + character(byte % 84)).join('');
  expect([...decodeText(text)]).toEqual(bytes);
  expect([...decodeText('(){|(|{}(}{~(~+')]).toEqual([0, 1, 83, 84, 167, 168, 251, 252, 255]);
  expect(decodeText('')).toEqual(new Uint8Array(0));
});
