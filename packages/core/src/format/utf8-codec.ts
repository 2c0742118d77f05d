// Strings as UTF-8. Keys sort by code point, which is the order of `<` on strings except where characters above U+FFFF meet U+E000 to U+FFFF.
//
//   the bytes of the text, nothing else

import { describe } from '../base/describe.ts';
import type { KeyCodec } from './codec.ts';
import { maxUtf8Bytes, readUtf8, writeUtf8 } from './utf8-text.ts';

/** Strings, as keys or values. A string with a lone surrogate is a TypeError. */
export const utf8: KeyCodec<string> = {
  name: 'utf8',
  ordered: true,
  maxBytes: maxTextBytes,
  encodeInto: writeUtf8,
  maxPrefixBytes: maxTextBytes,
  encodePrefixInto: writeUtf8,
  decode: readUtf8,
};

function maxTextBytes(text: string): number {
  if (typeof text !== 'string') throw new TypeError(`expected a string, not ${describe(text)} codec=utf8`);
  return maxUtf8Bytes(text);
}
