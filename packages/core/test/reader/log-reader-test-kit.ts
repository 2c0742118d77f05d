// A writer whose log is one of objects, and readers that follow it.

import {
  memoryStore,
  open,
  openReader,
  type MemoryCall,
  type MemoryStore,
  type MemoryStoreOptions,
  type OpenOptions,
  type ReaderOptions,
} from '@varve/core';
import { objectLog } from '@varve/core/object-log';
import { SMALL, type TextReader, type Texts } from './reader-test-kit.ts';

type Options = Omit<OpenOptions<string, string, string, string, string>, 'keys' | 'values' | 'log'>;
type Following = Omit<ReaderOptions<string, string, string, string, string>, 'keys' | 'values' | 'log' | 'follow'>;

export const place = (): MemoryStore => memoryStore({ sync: false });

/** Takes over if it has to. */
export function writer(store: MemoryStore, options: Options = {}): Promise<Texts> {
  return open(store, { ...SMALL, takeover: 'now', ...options, log: objectLog(store) });
}

/** Each read looks. */
export function follower(store: MemoryStore, options: Following = {}): Promise<TextReader> {
  return openReader(store, { ...SMALL, staleMs: 0, ...options, follow: 'log', log: objectLog(store) });
}

/** Calls of a handle that wait until they are let go. */
export interface Held {
  readonly store: MemoryStore;
  /** The next call like this is held. Resolves when it is; what it resolves to lets it go. */
  hold(operation: MemoryCall['operation'], name: RegExp): Promise<() => void>;
}

/** Another handle on the same store, of which single calls can be held. */
export function holding(store: MemoryStore, options: Omit<MemoryStoreOptions, 'delay' | 'sync'> = {}): Held {
  const wanted: { operation: string; name: RegExp; reached: (letGo: () => void) => void }[] = [];
  const delay = ({ operation, name }: MemoryCall): Promise<void> | undefined => {
    const at = wanted.findIndex((one) => one.operation === operation && one.name.test(name));
    if (at < 0) return undefined;
    const [{ reached }] = wanted.splice(at, 1) as [(typeof wanted)[number]];
    return new Promise((resolve) => reached(() => resolve()));
  };
  return {
    store: store.share({ ...options, sync: false, delay }),
    hold: (operation, name) => new Promise((reached) => wanted.push({ operation, name, reached })),
  };
}

/** Names of the objects of the log. */
export async function logObjects(store: MemoryStore): Promise<string[]> {
  return (await store.list('wal/')).map(({ name }) => name);
}

export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fulfilled',
    (error: unknown) => String((error as { code?: unknown }).code),
  );
