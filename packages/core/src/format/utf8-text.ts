// Strings to UTF-8 and back, exactly: a string that UTF-8 cannot express (a lone surrogate) is a TypeError, bytes that are no UTF-8 are CORRUPTION.
//
// Hot: every string key goes through here. A plain loop beats a call of TextEncoder (67 ns) and chunks of eight beat a TextDecoder (105 ns) up to
// about 24 characters, if they are ASCII (packages/bench, `bench:kernels`, "text").

import { StorageError } from '../base/errors.ts';

const LOOP_WRITES = 24;
const LOOP_READS = 24;
/** Longer texts are measured: three bytes a character would claim too much of a memtable. */
const GUESS_BELOW = 1024;

const encoder = /* @__PURE__ */ new TextEncoder();
// A byte order mark is text like any other here.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that `writeUtf8` may need. */
export function maxUtf8Bytes(text: string): number {
  return text.length <= GUESS_BELOW ? text.length * 3 : exactUtf8Bytes(text);
}

/** Writes the text and returns the offset behind it. */
export function writeUtf8(text: string, target: Uint8Array, offset: number): number {
  const length = text.length;
  if (length <= LOOP_WRITES) {
    let i = 0;
    while (i < length) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) break;
      target[offset + i++] = unit;
    }
    if (i === length) return offset + length;
  }
  const { written } = encoder.encodeInto(text, target.subarray(offset));
  if (written !== length) checkWellFormed(text); // a lone surrogate was written as the three bytes of U+FFFD
  return offset + written;
}

/** The text in `bytes[offset, offset + length)`. */
export function readUtf8(bytes: Uint8Array, offset: number, length: number): string {
  return (length <= LOOP_READS ? readShortAscii(bytes, offset, length) : undefined) ?? decode(bytes.subarray(offset, offset + length));
}

/** Index of the first surrogate that is not half of a pair, or -1. */
export function loneSurrogate(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) !== 0xd800) continue;
    if (unit >= 0xdc00 || (text.charCodeAt(i + 1) & 0xfc00) !== 0xdc00) return i;
    i++;
  }
  return -1;
}

function checkWellFormed(text: string): void {
  // Since 2023 everywhere, but not in the language version that we compile against.
  if ((text as { isWellFormed?(): boolean }).isWellFormed?.()) return;
  const index = loneSurrogate(text);
  if (index >= 0) throw new TypeError(`string has a lone surrogate, which UTF-8 cannot express index=${index}`);
}

function exactUtf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1;
    // The other half of a pair of surrogates: four bytes both. A lone one is refused, but written first, as the three bytes of U+FFFD.
    if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return bytes;
}

function readShortAscii(bytes: Uint8Array, offset: number, length: number): string | undefined {
  const end = offset + length;
  let text = '';
  let i = offset;
  for (; i + 8 <= end; i += 8) {
    const a = bytes[i];
    const b = bytes[i + 1];
    const c = bytes[i + 2];
    const d = bytes[i + 3];
    const e = bytes[i + 4];
    const f = bytes[i + 5];
    const g = bytes[i + 6];
    const h = bytes[i + 7];
    if ((a | b | c | d | e | f | g | h) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; i < end; i++) {
    if (bytes[i] > 0x7f) return undefined;
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new StorageError('CORRUPTION', `stored text is not UTF-8 length=${bytes.length}`, { cause });
  }
}
