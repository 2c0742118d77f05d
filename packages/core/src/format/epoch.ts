// Epochs inside the engine: two unsigned 32-bit halves, because a bigint costs an allocation a read. The API speaks bigint.
// With epochs counted up ('auto') the high half is the writer's term and the low half its counter.

/** An unsigned 64-bit version number. */
export interface Epoch {
  readonly high: number;
  readonly low: number;
}

export function epochToBigInt({ high, low }: Epoch): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

export function epochFromBigInt(epoch: bigint): Epoch {
  return { high: Number((epoch >> 32n) & 0xffffffffn), low: Number(epoch & 0xffffffffn) };
}

/** The later of two. */
export function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Negative, zero or positive as a is before, equal to or after b. */
export function compareEpochs(a: Epoch, b: Epoch): number {
  return a.high - b.high || a.low - b.low;
}
