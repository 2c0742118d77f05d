// The kernels' module for runtimes that may compile at run time. Reached as `#wasm`; workerd gets dist/wasm-workerd.js instead, which has the
// same export.
//
// The module travels as text in printable ASCII, bytes below 84 as one character, others as two. gzip still sees the bytes: the text costs 3 % more
// than the bare module, where hexadecimal costs 10 % and base64, which cuts across bytes, 35 %.

import { wasmText } from './generated/wasm-bytes.ts';

const FIRST = 40; // '(': the 87 characters from here to '~' need no escape but the backslash
const RADIX = 84;

/** Compiles the kernels. Synchronous: the module is far below the size that browsers refuse on the main thread. */
export function compile(): WebAssembly.Module {
  return new WebAssembly.Module(decodeText(wasmText));
}

/** The bytes of the text: a character of value `v` below 84 is the byte `v`; 84, 85, 86 add 84, 168, 252 to the next one. */
export function decodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const value = text.charCodeAt(at) - FIRST;
    bytes[length++] = value < RADIX ? value : (value - RADIX + 1) * RADIX + text.charCodeAt(++at) - FIRST;
  }
  return bytes.slice(0, length);
}
