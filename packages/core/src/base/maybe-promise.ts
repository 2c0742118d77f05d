// Stores that can answer at once do, so that a read from memory or disk costs no promise.

/** A value now, or a promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/** True when the value has to be awaited. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise;
}

/** Goes on with a value now or once it is there: without a promise where none is needed. Not named `then`: that would make a promise of this module. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** Does the work, and afterwards `after`, whether the work succeeded or failed, now or later. */
export function andFinally<T>(work: () => MaybePromise<T>, after: () => void): MaybePromise<T> {
  let result: MaybePromise<T>;
  try {
    result = work();
    if (isPromise(result)) return result.finally(after);
  } catch (error) {
    after();
    throw error;
  }
  after();
  return result;
}

/** All values, in order: now, or once the last is there. */
export function allOf<T>(values: readonly MaybePromise<T>[]): MaybePromise<T[]> {
  return values.some(isPromise) ? Promise.all(values.map((value) => Promise.resolve(value))) : (values as T[]);
}

/** The results of two calls that are under way. Both have come to their end when this has, also where one of them fails. */
export async function both<A, B>(a: MaybePromise<A>, b: MaybePromise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

/** Closes what nobody needs any more: whether that succeeds, now or later, is nobody's matter. */
export function letGo(unneeded: { close(): MaybePromise<void> }): void {
  const closing = async (): Promise<void> => unneeded.close();
  closing().catch(() => undefined);
}
