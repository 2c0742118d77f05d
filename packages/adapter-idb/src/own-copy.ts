// IndexedDB clones the whole buffer that a view lies in, and WebAssembly memory may grow as soon as anybody waits: what is stored is copied first.

/** A copy in a buffer of its own, of exactly its length and not shared. */
export function ownCopy(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy.buffer;
}
