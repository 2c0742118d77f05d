// What a decoder costs, counted instead of timed: the largest room that it asks for at once, and how often it asks. Room for copies of what it was given
// (`slice`) is no larger than that and is not counted.

/** What was asked for. */
export interface Cost {
  /** Bytes, or 8 times the items of a list. */
  readonly largest: number;
  readonly times: number;
}

const ITEM_BYTES = 8;

/** Runs `work`, which must not wait for anything, with a watch on the constructors that make room. */
export function watched<T>(work: () => T): Cost & { readonly outcome: T } {
  const cost = { largest: 0, times: 0 };
  const note = (bytes: unknown): void => {
    cost.times++;
    if (typeof bytes === 'number') cost.largest = Math.max(cost.largest, bytes);
  };
  const { Uint8Array: originalBytes, ArrayBuffer: originalBuffer } = globalThis;
  const originalFrom = Array.from;
  globalThis.Uint8Array = noting(originalBytes, note);
  globalThis.ArrayBuffer = noting(originalBuffer, note);
  Array.from = ((...args: Parameters<typeof Array.from>) => {
    const { length } = args[0] as { length?: unknown };
    note(typeof length === 'number' ? length * ITEM_BYTES : 0);
    return originalFrom.apply(Array, args);
  }) as typeof Array.from;
  try {
    return { outcome: work(), ...cost };
  } finally {
    globalThis.Uint8Array = originalBytes;
    globalThis.ArrayBuffer = originalBuffer;
    Array.from = originalFrom;
  }
}

function noting<C extends typeof Uint8Array | typeof ArrayBuffer>(original: C, note: (bytes: unknown) => void): C {
  return new Proxy(original, {
    construct(target, args: unknown[], newTarget) {
      note(args[0]);
      return Reflect.construct(target, args, newTarget as never) as object;
    },
  });
}
