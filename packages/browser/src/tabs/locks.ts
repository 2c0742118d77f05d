// Web Locks in the form that is used here: held until let go, or until the context is gone, which the browser sees to.

import type { Realm } from '../wire/realm.ts';

/** Waits for a lock. Returns what lets go of it; undefined when the signal ended the waiting. */
export function holdLock(realm: Realm, name: string, signal?: AbortSignal): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    realm.navigator.locks
      .request(name, signal === undefined ? {} : { signal }, () => new Promise<void>((letGo) => resolve(letGo)))
      .catch((error: unknown) => {
        if (signal?.aborted === true) resolve(undefined);
        else reject(error as Error);
      });
  });
}

/** Waits until nobody holds a lock. False: the signal ended the waiting. */
export async function lockIsFree(realm: Realm, name: string, signal?: AbortSignal): Promise<boolean> {
  const letGo = await holdLock(realm, name, signal);
  letGo?.();
  return letGo !== undefined;
}
