// Bytes that tell where they came from: no stretch of them repeats at another offset or under another seed.

/** `length` bytes, different for every seed. */
export function sampleBytes(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Math.imul(i + Math.imul(seed, 40503) + 1, 2654435761) >>> 24;
  return bytes;
}

/** A copy that lies in WebAssembly memory, between other bytes. */
export function inLinearMemory(bytes: Uint8Array): { memory: WebAssembly.Memory; view: Uint8Array } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((bytes.length + 200) / 65536), maximum: 1024 });
  new Uint8Array(memory.buffer).fill(0xee);
  const view = new Uint8Array(memory.buffer, 100, bytes.length);
  view.set(bytes);
  return { memory, view };
}
