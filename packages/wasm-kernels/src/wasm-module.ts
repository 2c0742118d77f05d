// The kernels' module for runtimes that may compile at run time. Reached as `#wasm`; workerd gets dist/wasm-workerd.js instead, which has the
// same export.

import { wasmHex } from './generated/wasm-bytes.ts';

/** Compiles the kernels. Synchronous: the module is far below the size that browsers refuse on the main thread. */
export function compile(): WebAssembly.Module {
  return new WebAssembly.Module(decodeHex(wasmHex));
}

/** The bytes of hexadecimal text, by `Uint8Array.fromHex` where the runtime has it. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromHex?(text: string): Uint8Array<ArrayBuffer> }).fromHex;
  return native ? native.call(Uint8Array, text) : decodeDigits(text);
}

/** The same by arithmetic: this runs cold, at the first open, and is faster there than parsing or `atob`. */
export function decodeDigits(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (digit(text, 2 * at) << 4) | digit(text, 2 * at + 1);
  return bytes;
}

/** '0' to '9' end in their value; 'a' to 'f' end in 1 to 6 and have bit 6 set. */
function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return (code & 15) + (code >> 6) * 9;
}
