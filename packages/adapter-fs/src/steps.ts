// One algorithm, two ways to run it. An algorithm is a generator that yields the steps which take long (writing, syncing, unlinking); it does the
// quick ones (open, link, stat) itself. The synchronous half of the store runs the steps one by one in the call, the asynchronous half hands
// each to the system's threads and goes on when it is done. The first step begins in the call itself, in both.

/** A piece of work in both forms. */
export interface Step {
  now(): unknown;
  later(done: (error: Error | null, result?: unknown) => void): void;
}

/** An algorithm made of steps. */
export type Steps<T> = Generator<Step, T, unknown>;

/** One step, to be delegated to: `const result = yield* step(...)`. */
export function* step<T>(now: () => T, later: (done: (error: Error | null, result: T) => void) => void): Steps<T> {
  return (yield { now, later: later as Step['later'] }) as T;
}

/** Runs an algorithm to its end. */
export function runNow<T>(steps: Steps<T>): T {
  let turn = steps.next();
  while (!turn.done) {
    let result: unknown;
    try {
      result = turn.value.now();
    } catch (error) {
      turn = steps.throw(error);
      continue;
    }
    turn = steps.next(result);
  }
  return turn.value;
}

/** Runs an algorithm without holding the event loop. */
export async function runLater<T>(steps: Steps<T>): Promise<T> {
  let turn = steps.next();
  while (!turn.done) {
    let result: unknown;
    try {
      result = await promiseOf(turn.value);
    } catch (error) {
      turn = steps.throw(error);
      continue;
    }
    turn = steps.next(result);
  }
  return turn.value;
}

function promiseOf(current: Step): Promise<unknown> {
  return new Promise((resolve, reject) => current.later((error, result) => (error ? reject(error) : resolve(result))));
}
