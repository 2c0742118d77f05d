// Epochs inside the engine: two unsigned 32-bit halves, because a bigint costs an allocation a read. The API speaks bigint.
// With epochs counted up ('auto') the high half is the writer's term and the low half its counter.

/** An unsigned 64-bit version number. */
export interface Epoch {
  readonly high: number;
  readonly low: number;
}

export const EPOCH_ZERO: Epoch = { high: 0, low: 0 };
export const EPOCH_MAX: Epoch = { high: 0xffffffff, low: 0xffffffff };

export function epochToBigInt({ high, low }: Epoch): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

export function epochFromBigInt(epoch: bigint): Epoch {
  return { high: Number((epoch >> 32n) & 0xffffffffn), low: Number(epoch & 0xffffffffn) };
}

/** Negative, zero or positive as a is before, equal to or after b. */
export function compareEpochs(a: Epoch, b: Epoch): number {
  return a.high - b.high || a.low - b.low;
}

/** The epoch after this one. */
export function nextEpoch({ high, low }: Epoch): Epoch {
  return low === 0xffffffff ? { high: high + 1, low: 0 } : { high, low: low + 1 };
}
