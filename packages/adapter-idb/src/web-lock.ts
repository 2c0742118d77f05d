// The courtesy lock as a Web Lock: the browser gives it back when its page or worker is gone, however that ended.
// https://w3c.github.io/web-locks/

import type { LockOptions } from '@varve/core';

/** Releases the lock; fulfilled when others can have it. */
export type Release = () => Promise<void>;

/** Takes the lock, or returns undefined when somebody has it. */
export async function takeWebLock(locks: LockManager, name: string, { takeOver = false }: LockOptions): Promise<Release | undefined> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      if (lock === null) {
        resolve(undefined);
        return undefined;
      }
      return new Promise((release) => {
        resolve(async () => {
          release();
          await held;
        });
      });
    };
    // `steal` and `ifAvailable` exclude each other. A lock that is stolen rejects, which is nobody's matter any more.
    const held = locks.request(name, takeOver ? { steal: true } : { ifAvailable: true }, hold).then(() => undefined, reject);
  });
}

/** Who has the lock, as far as the browser tells. */
export async function webLockHolder(locks: LockManager, name: string): Promise<string | undefined> {
  const { held = [] } = await locks.query();
  const holder = held.find((lock) => lock.name === name);
  return holder === undefined ? undefined : `a page or worker of this site, client=${holder.clientId}`;
}

/** The name of a database's lock. */
export function lockNameOf(bucket: string, database: string): string {
  return `varve/idb/${bucket}/${database}`;
}
