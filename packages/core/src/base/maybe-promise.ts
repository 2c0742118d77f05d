// Stores that can answer at once do, so that a read from memory or disk costs no promise.

/** A value now, or a promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/** True when the value has to be awaited. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise;
}
