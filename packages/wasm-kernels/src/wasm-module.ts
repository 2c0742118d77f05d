// The kernels' module for runtimes that may compile at run time. Reached as `#wasm`; workerd gets dist/wasm-workerd.js instead, which has the
// same export.

import { wasmBase64 } from './generated/wasm-bytes.ts';

/** Compiles the kernels. Synchronous: the module is far below the size that browsers refuse on the main thread. */
export function compile(): WebAssembly.Module {
  return new WebAssembly.Module(decodeBase64(wasmBase64));
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  return fromBase64 ? fromBase64.call(Uint8Array, text) : Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
