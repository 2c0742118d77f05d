// What serve-database.ts hands to tests that run elsewhere than in Node.

/** So many entries are in the database that is served. */
export const ENTRIES = 20_000;
export const keyOf = (i: number): string => `key ${String(i).padStart(5, '0')}`;
export const valueOf = (i: number): string => `value ${i} `.repeat(8);

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a database was published, on a static host of another origin that lets pages read. */
    readonly published: string;
  }
}
