// Guesses which option somebody meant: by the habits of other databases first, by spelling second.

/**
 * What we say, and what LevelDB (level), IndexedDB (idb), LMDB (lmdb-js), Deno KV and SQL say instead. The first word of each hint is the option; it is
 * only offered where that option exists.
 */
const HABITS: Readonly<Record<string, string>> = {
  gte: 'start from min lower since',
  gt: 'after cursor exclusiveStart lowerOpen',
  'lt (exclusive) or lte (inclusive)': 'end to until',
  lte: 'upper max inclusiveEnd',
  lt: 'before upperOpen',
  prefix: 'startsWith',
  reverse: 'direction order desc descending backwards',
  limit: 'count take',
  keysOnly: 'values',
  "durability: 'synced'": 'sync',
  keys: 'keyEncoding',
  values: 'valueEncoding',
  memoryBudgetBytes: 'cacheSize',
};

/** The option that a user of another database means by `name`, if it is among `allowed`. */
export function habitualName(name: string, value: unknown, allowed: readonly string[]): string | undefined {
  const hint = Object.keys(HABITS).find((option) => HABITS[option]?.split(' ').includes(name));
  if (hint === undefined || !allowed.includes(hint.split(/\W/, 1)[0])) return undefined;
  return name === 'values' && value === false ? 'keysOnly: true' : hint;
}

/** The allowed name that is spelled most like `name`, unless it is far off. */
export function nearestName(name: string, allowed: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Math.min(3, Math.ceil(name.length / 2) + 1);
  for (const candidate of allowed) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + differs);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, above] = [above, row];
  }
  return above[b.length];
}
