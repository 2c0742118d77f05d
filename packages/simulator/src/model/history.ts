// What a database must hold: every version of every key, in the order of the writes. A moment is a number of writes; a crash takes the last ones back.
// Values are whatever the run knows them by: their bytes, or numbers from which bytes are made.

/** One key that a write changes; undefined deletes it. */
export interface Change<V = Uint8Array> {
  /** Name of the key space, used once: one that is made again has another. */
  readonly space: string;
  readonly key: string;
  readonly value: V | undefined;
}

/** One write: its changes take place together. Of several of one key the last one counts. */
export type Write<V = Uint8Array> = readonly Change<V>[];

interface Version<V> {
  readonly moment: number;
  readonly value: V | undefined;
}

/** A range of a key space, in terms of binary strings. */
export interface ModelRange {
  readonly gt?: string | undefined;
  readonly gte?: string | undefined;
  readonly lt?: string | undefined;
  readonly lte?: string | undefined;
  readonly prefix?: string | undefined;
  readonly reverse?: boolean | undefined;
  readonly limit?: number | undefined;
}

export type ModelEntry<V = Uint8Array> = readonly [key: string, value: V];

export class ModelHistory<V = Uint8Array> {
  readonly #isSame: (a: V | undefined, b: V | undefined) => boolean;
  readonly #writes: Write<V>[] = [];
  readonly #spaces = new Map<string, Map<string, Version<V>[]>>();
  /** Keys of each space in their order, until there is a new one. */
  readonly #sorted = new Map<string, string[]>();

  constructor(isSame: (a: V | undefined, b: V | undefined) => boolean) {
    this.#isSame = isSame;
  }

  /** How many writes there were. */
  get now(): number {
    return this.#writes.length;
  }

  /** Returns the moment at which the write is seen. */
  add(write: Write<V>): number {
    this.#writes.push(write);
    for (const { space, key, value } of write) {
      const versions = this.#versions(space, key);
      if (versions.at(-1)?.moment === this.now) versions.pop();
      versions.push({ moment: this.now, value });
    }
    return this.now;
  }

  /** Forgets the writes after a moment, and returns them. */
  cutAfter(moment: number): Write<V>[] {
    const forgotten = this.#writes.splice(moment);
    for (const { space, key } of forgotten.flat()) {
      const versions = this.#versions(space, key);
      while ((versions.at(-1)?.moment ?? 0) > moment) versions.pop();
    }
    return forgotten;
  }

  /** The write that would have been seen from this moment on never took place. */
  withdraw(moment: number): void {
    for (const { space, key } of this.#writes[moment - 1]) {
      const versions = this.#versions(space, key);
      const at = versions.findIndex((version) => version.moment === moment);
      if (at >= 0) versions.splice(at, 1);
    }
    this.#writes[moment - 1] = [];
  }

  get(space: string, key: string, moment = this.now): V | undefined {
    const versions = this.#spaces.get(space)?.get(key);
    if (versions === undefined) return undefined;
    let i = versions.length - 1;
    while (i >= 0 && versions[i].moment > moment) i--;
    return versions[i]?.value;
  }

  /** Did the key have this value at a moment between these two? */
  had(space: string, key: string, value: V | undefined, from: number, to: number): boolean {
    const versions = this.#spaces.get(space)?.get(key) ?? [];
    let i = versions.length - 1;
    while (i >= 0 && versions[i].moment > to) i--;
    for (; i >= 0; i--) {
      if (this.#isSame(versions[i].value, value)) return true;
      if (versions[i].moment <= from) return false;
    }
    return value === undefined;
  }

  /** Entries of a range at a moment, in its order. */
  scan(space: string, range: ModelRange, moment = this.now): ModelEntry<V>[] {
    const { gt, gte, lt, lte, prefix, reverse, limit } = range;
    const keys = this.#keys(space).filter(
      (key) =>
        (gt === undefined || key > gt) &&
        (gte === undefined || key >= gte) &&
        (lt === undefined || key < lt) &&
        (lte === undefined || key <= lte) &&
        (prefix === undefined || key.startsWith(prefix)),
    );
    if (reverse === true) keys.reverse();
    const entries: ModelEntry<V>[] = [];
    for (const key of keys) {
      if (entries.length >= (limit ?? Infinity)) break;
      const value = this.get(space, key, moment);
      if (value !== undefined) entries.push([key, value]);
    }
    return entries;
  }

  /** The latest moment, not before `earliest`, at which these spaces held exactly these entries; undefined when there is none. */
  momentOf(found: ReadonlyMap<string, readonly ModelEntry<V>[]>, earliest: number): number | undefined {
    const contents = new Map([...found].map(([space, entries]) => [space, new Map(entries)]));
    const wrong = new Set<string>();
    const look = (space: string, key: string, moment: number): void => {
      const entries = contents.get(space);
      if (entries === undefined) return;
      if (this.#isSame(entries.get(key), this.get(space, key, moment))) wrong.delete(`${space}\n${key}`);
      else wrong.add(`${space}\n${key}`);
    };
    for (const [space, entries] of contents) for (const key of [...entries.keys(), ...this.#keys(space)]) look(space, key, this.now);
    for (let moment = this.now; moment >= earliest; moment--) {
      if (wrong.size === 0) return moment;
      if (moment > 0) for (const { space, key } of this.#writes[moment - 1]) look(space, key, moment - 1);
    }
    return undefined;
  }

  /** The earliest moment that looks like this one: writes between them changed nothing, or took back what they had changed. */
  earliestLike(moment: number): number {
    const different = new Set<string>();
    let earliest = moment;
    for (let at = moment - 1; at >= 0; at--) {
      for (const { space, key } of this.#writes[at]) {
        if (this.#isSame(this.get(space, key, at), this.get(space, key, moment))) different.delete(`${space}\n${key}`);
        else different.add(`${space}\n${key}`);
      }
      if (different.size === 0) earliest = at;
    }
    return earliest;
  }

  /** All keys that a space ever had, ascending. */
  #keys(space: string): string[] {
    let keys = this.#sorted.get(space);
    if (keys === undefined) this.#sorted.set(space, (keys = [...(this.#spaces.get(space)?.keys() ?? [])].sort(byCodeUnits)));
    return keys;
  }

  #versions(space: string, key: string): Version<V>[] {
    let keys = this.#spaces.get(space);
    if (keys === undefined) this.#spaces.set(space, (keys = new Map<string, Version<V>[]>()));
    let versions = keys.get(key);
    if (versions === undefined) {
      keys.set(key, (versions = []));
      this.#sorted.delete(space);
    }
    return versions;
  }
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
