// What the checks of a whole engine run against: databases of texts on a fresh store, in the least memory, so that a few megabytes fill many memtables.

import { open, StorageError, utf8, type Database, type ObjectStore, type OpenOptions, type SyncOperations } from '@varve/core';
import { ConformanceError, type Check } from '../check.ts';

type MaybePromise<T> = T | Promise<T>;

/** How the kit gets its stores, and what they are to be able to do. */
export interface EngineUnderTest {
  /** A store over a fresh, empty place. */
  open(): MaybePromise<ObjectStore>;
  /** Another handle on the place of `store`, as a second program would have; both stay in use. Only a store with a single user can do without. */
  reopen?(store: ObjectStore): MaybePromise<ObjectStore>;
  /** The store has a synchronous half. */
  readonly sync: boolean;
}

/** A database of texts. */
export type TextDatabase = Database<ObjectStore, string, string, string, string, string>;

/** The same on a store that answers at once. */
export type SyncTextDatabase = Database<ObjectStore & { readonly sync: SyncOperations }, string, string, string, string, string>;

/** What a database of texts may be opened with. */
export type TextSettings = Pick<OpenOptions, 'memoryBudgetBytes' | 'takeover' | 'durability'>;

/** A fresh place of one check. */
export interface EngineSubject {
  readonly store: ObjectStore;
  /** Opens the database, or makes it; the check may close it. */
  open(settings?: TextSettings): Promise<TextDatabase>;
  /** Opens it through another handle, as a second program would; the database that is open is fenced. */
  takeOver(): Promise<TextDatabase>;
}

/** A promise about databases: title and proof. It is checked only where the options have what it needs. */
export interface EnginePromise {
  readonly title: string;
  readonly needs?: 'sync' | 'reopen';
  prove(subject: EngineSubject): Promise<void>;
}

const LEAST_MEMORY_BYTES = 4 * 2 ** 20;
const MOST_ATTEMPTS = 20;

/** A database of texts in the least memory, so that some hundred writes fill many memtables. What merges replace goes at once: no reader elsewhere needs it. */
export function openTexts(store: ObjectStore, settings: TextSettings = {}): Promise<TextDatabase> {
  return open(store, { keys: utf8, values: utf8, memoryBudgetBytes: LEAST_MEMORY_BYTES, retainMs: 0, ...settings });
}

/** The checks of one theme that an engine on this store has to pass. */
export function engineChecksOf(theme: string, promises: readonly EnginePromise[], options: EngineUnderTest): Check[] {
  const has = (need: EnginePromise['needs']): boolean => need === undefined || (options[need] !== undefined && options[need] !== false);
  return promises.filter(({ needs }) => has(needs)).map(({ title, prove }) => ({ theme, title, run: () => withSubject(options, prove) }));
}

/** Key `i` of a check; ascending. */
export function keyOf(i: number): string {
  return `key/${String(i).padStart(6, '0')}`;
}

/** A value of about a kilobyte that says whose it is. */
export function valueOf(i: number, version = 0): string {
  return `${i}.${version} `.repeat(180);
}

/** Writes entries [from, to) in batches of a hundred. */
export async function fill(db: TextDatabase, from: number, to: number, version = 0): Promise<void> {
  for (let at = from; at < to; at += 100) {
    const batch = db.batch();
    for (let i = at; i < Math.min(at + 100, to); i++) batch.put(keyOf(i), valueOf(i, version));
    await db.write(batch);
  }
}

/** The entries that `fill` writes. */
export function filled(from: number, to: number, version = 0): [string, string][] {
  return Array.from({ length: to - from }, (_, i) => [keyOf(from + i), valueOf(from + i, version)]);
}

/** Throws unless these are the entries, in this order; names the first that is wrong. */
export function expectEntries(
  what: string,
  found: readonly (readonly [string, string])[],
  wanted: readonly (readonly [string, string])[],
): void {
  const wrong = wanted.findIndex(([key, value], i) => found[i]?.[0] !== key || found[i][1] !== value);
  if (wrong >= 0) {
    const [key, value = ''] = found[wrong] ?? ['nothing'];
    throw new ConformanceError(
      `${what}: entry ${wrong} of ${wanted.length} should be ${wanted[wrong][0]}, found ${key} (${value.length} characters)`,
    );
  }
  if (found.length !== wanted.length) throw new ConformanceError(`${what}: ${found.length} entries, expected ${wanted.length}`);
}

/** Throws unless `verify` finds nothing wrong. */
export async function expectSound(db: TextDatabase): Promise<void> {
  const { ok, problems } = await db.verify();
  if (!ok) throw new ConformanceError(`verify found ${problems.length} problems, the first: ${problems[0].message}`);
}

async function withSubject(options: EngineUnderTest, prove: (subject: EngineSubject) => Promise<void>): Promise<void> {
  const store = await options.open();
  const handles = [store];
  const opened: TextDatabase[] = [];
  const openOn = async (handle: ObjectStore, settings?: TextSettings): Promise<TextDatabase> => {
    const db = await openTexts(handle, settings);
    opened.push(db);
    return db;
  };
  const takeOver = async (): Promise<TextDatabase> => {
    if (options.reopen === undefined) throw new Error('this check needs reopen');
    const handle = await options.reopen(store);
    handles.push(handle);
    for (let attempt = 1; ; attempt++) {
      try {
        return await openOn(handle, { takeover: 'now' });
      } catch (error) {
        // The one that is taken over has just committed a flush or a merge: whoever lost that race opens again (docs/PROTOCOL.md, rule 1).
        if (attempt === MOST_ATTEMPTS || !(error instanceof StorageError) || error.code !== 'FENCED') throw error;
      }
    }
  };
  try {
    await prove({ store, open: (settings) => openOn(store, settings), takeOver });
  } finally {
    // One that was taken over has told its checks so.
    for (const db of opened) await db.close().catch(() => undefined);
    for (const handle of handles) await handle.close?.();
  }
}
