// How each half of the store carries out its work, and how errors leave it: as StorageErrors that name directory and object.

import { storageError, type ErrorPlace } from './fs-errors.ts';
import { runLater, runNow, type Steps } from './steps.ts';

/** Carries out steps: done when it returns or when its promise is fulfilled. */
export type Perform = <T>(place: ErrorPlace, steps: Steps<T>) => T | Promise<T>;

/** Carries out steps: done when it returns. */
export type PerformNow = <T>(place: ErrorPlace, steps: Steps<T>) => T;

export function performNow<T>(place: ErrorPlace, steps: Steps<T>): T {
  return naming(place, () => runNow(steps));
}

export async function performLater<T>(place: ErrorPlace, steps: Steps<T>): Promise<T> {
  try {
    return await runLater(steps);
  } catch (error) {
    throw storageError(error, place);
  }
}

/** Does something at once. */
export function naming<T>(place: ErrorPlace, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storageError(error, place);
  }
}
