// Bytewise order of keys outside of the kernels: planning and bounds, never once an entry.

/** Negative, zero or positive as a sorts before, equal to or after b; a prefix sorts first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
