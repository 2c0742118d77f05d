// A writer and what it has written, for readers beside it.

import { open, utf8, type Database, type DatabaseReader, type MemoryCall, type MemoryStore } from '@varve/core';

export const CODECS = { keys: utf8, values: utf8 };
export const SMALL = { ...CODECS, memoryBudgetBytes: 4 * 2 ** 20 };
export const EACH_READ_LOOKS = { ...SMALL, staleMs: 0 };
/** A read looks for itself only where it has to. */
export const SELDOM = { ...SMALL, staleMs: 3_600_000 };
export const ON_REQUEST = { ...SMALL, follow: false } as const;
const ENTRIES = 3000;

export type Texts = Database<MemoryStore, string, string>;
export type TextReader = DatabaseReader<string, string>;

export const many = (value: string, count = ENTRIES): [string, string][] =>
  Array.from({ length: count }, (_, i) => [`key${String(i).padStart(6, '0')}`, `${value} ${i} `.repeat(20)]);

export async function flushed(store: MemoryStore, entries: [string, string][]): Promise<Texts> {
  const db: Texts = await open(store, { ...SMALL, sstSizeBytes: 65536, compression: 'none' });
  await db.putMany(entries);
  await db.compact();
  await db.idle();
  return db;
}

/** The same store through another handle: `holdNext` makes its next list wait until what it returns is called. */
export function withHeldLists(store: MemoryStore): { readonly slow: MemoryStore; holdNext(): () => void } {
  let held: Promise<void> | undefined;
  const delay = ({ operation }: MemoryCall): Promise<void> | undefined => {
    if (operation !== 'list') return undefined;
    const waited = held;
    held = undefined;
    return waited;
  };
  const holdNext = (): (() => void) => {
    let letGo = (): void => undefined;
    held = new Promise((resolve) => (letGo = resolve));
    return letGo;
  };
  return { slow: store.share({ sync: false, delay }), holdNext };
}

/** Everything that a reader may have seen is merged into something else, and deleted. */
export async function replaceAll(db: Texts, value: string): Promise<void> {
  await db.putMany(many(value));
  await db.compact();
  await db.idle();
}
