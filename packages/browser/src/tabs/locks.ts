// Web Locks in the form that is used here: held until let go, or until the context is gone, which the browser sees to.

/** Waits for a lock. Returns what lets go of it; undefined when the signal ended the waiting. */
export function holdLock(name: string, signal?: AbortSignal): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, signal === undefined ? {} : { signal }, () => new Promise<void>((letGo) => resolve(letGo)))
      .catch((error: unknown) => {
        if (signal?.aborted === true) resolve(undefined);
        else reject(error as Error);
      });
  });
}

/** Waits until nobody holds a lock. False: the signal ended the waiting. */
export async function lockIsFree(name: string, signal?: AbortSignal): Promise<boolean> {
  const letGo = await holdLock(name, signal);
  letGo?.();
  return letGo !== undefined;
}
