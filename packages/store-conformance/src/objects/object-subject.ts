// What the checks of object stores run against: a fresh store, its halves, and further handles on the same place.

import type { AsyncOperations, ObjectStore } from '@varve/core';
import type { Check } from '../check.ts';

type MaybePromise<T> = T | Promise<T>;

/** How the kit gets its stores, and what they are to be able to do. */
export interface ObjectStoreUnderTest {
  /** A store over a fresh, empty place. */
  open(): MaybePromise<ObjectStore>;
  /** Another handle on the place of `store`, as a second process would have; both stay in use. Only a store with a single user can do without. */
  reopen?(store: ObjectStore): MaybePromise<ObjectStore>;
  /** A store that sees what a power cut at this moment would leave of `store`. */
  powerCut?(store: ObjectStore): MaybePromise<ObjectStore>;
  /** The store has a synchronous half. */
  readonly sync: boolean;
  /** The store has a courtesy lock. */
  readonly lock: boolean;
  /** How many objects a long list has. Take more than a page of your store's list. Default 1100. */
  readonly manyObjects?: number;
  /** Bytes of a large object. Take more than one part, chunk or record of your store. Default 5 MiB. */
  readonly largeObjectBytes?: number;
}

/** A fresh store of one check. */
export interface ObjectSubject {
  readonly store: ObjectStore;
  readonly options: ObjectStoreUnderTest;
  /** Another handle on the same place. */
  reopen(): Promise<ObjectStore>;
  /** What is left after a power cut. */
  powerCut(): Promise<ObjectStore>;
}

/** What a check may need that not every store has. */
type Need = 'sync' | 'lock' | 'reopen' | 'powerCut';

/** A promise about object stores: title and proof. It is checked only where the options have what it needs. */
export interface ObjectPromise {
  readonly title: string;
  readonly needs?: readonly Need[];
  prove(subject: ObjectSubject): Promise<void>;
}

/** A promise about operations: proved through each half that the store has. */
export interface HalfPromise {
  readonly title: string;
  readonly needs?: readonly Need[];
  /** `half` picks the operations of another handle that are to be used. */
  prove(operations: AsyncOperations, subject: ObjectSubject, half: (store: ObjectStore) => AsyncOperations): Promise<void>;
}

/** The checks of one theme that this store has to pass. */
export function objectChecks(theme: string, promises: readonly ObjectPromise[], options: ObjectStoreUnderTest): Check[] {
  const has = (need: Need) => options[need] !== undefined && options[need] !== false;
  return promises
    .filter(({ needs = [] }) => needs.every(has))
    .map(({ title, prove }) => ({ theme, title, run: () => withSubject(options, prove) }));
}

/** Promises about operations, once for each half. */
export function throughHalves(promises: readonly HalfPromise[]): ObjectPromise[] {
  return promises.flatMap(({ title, needs = [], prove }) => [
    { title, needs, prove: (subject) => prove(subject.store, subject, (store) => store) },
    { title: `${title}, synchronously`, needs: [...needs, 'sync'], prove: (subject) => prove(syncHalf(subject.store), subject, syncHalf) },
  ]);
}

/** The synchronous half of a store that has one. */
export function syncHalf(store: ObjectStore): NonNullable<ObjectStore['sync']> {
  if (store.sync === undefined) throw new Error('the store has no synchronous half');
  return store.sync;
}

async function withSubject(options: ObjectStoreUnderTest, prove: (subject: ObjectSubject) => Promise<void>): Promise<void> {
  const store = await options.open();
  const handles = [store];
  const further = async (open: ((store: ObjectStore) => MaybePromise<ObjectStore>) | undefined) => {
    if (open === undefined) throw new Error('this check needs reopen or powerCut');
    const handle = await open(store);
    handles.push(handle);
    return handle;
  };
  try {
    await prove({ store, options, reopen: () => further(options.reopen), powerCut: () => further(options.powerCut) });
  } finally {
    for (const handle of handles) await handle.close?.();
  }
}
