// What a database must hold: every version of every key, in the order of the writes. A moment is a number of writes; a crash takes the last ones back.

/** One key that a write changes; undefined deletes it. */
export interface Change {
  /** Name of the key space, used once: one that is made again has another. */
  readonly space: string;
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** One write: its changes take place together. Of several of one key the last one counts. */
export type Write = readonly Change[];

interface Version {
  readonly moment: number;
  readonly value: Uint8Array | undefined;
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

export type ModelEntry = readonly [key: string, value: Uint8Array];

export class ModelHistory {
  readonly #writes: Write[] = [];
  readonly #spaces = new Map<string, Map<string, Version[]>>();

  /** How many writes there were. */
  get now(): number {
    return this.#writes.length;
  }

  /** Returns the moment at which the write is seen. */
  add(write: Write): number {
    this.#writes.push(write);
    for (const { space, key, value } of write) {
      const versions = this.#versions(space, key);
      if (versions.at(-1)?.moment === this.now) versions.pop();
      versions.push({ moment: this.now, value });
    }
    return this.now;
  }

  /** Forgets the writes after a moment. */
  cutAfter(moment: number): void {
    for (const { space, key } of this.#writes.splice(moment).flat()) {
      const versions = this.#versions(space, key);
      while ((versions.at(-1)?.moment ?? 0) > moment) versions.pop();
    }
  }

  get(space: string, key: string, moment = this.now): Uint8Array | undefined {
    const versions = this.#spaces.get(space)?.get(key) ?? [];
    let i = versions.length - 1;
    while (i >= 0 && versions[i].moment > moment) i--;
    return versions[i]?.value;
  }

  /** Entries of a range at a moment, in its order. */
  scan(space: string, range: ModelRange, moment = this.now): ModelEntry[] {
    const { gt, gte, lt, lte, prefix, reverse, limit } = range;
    const keys = this.#keys(space).filter(
      (key) =>
        (gt === undefined || key > gt) &&
        (gte === undefined || key >= gte) &&
        (lt === undefined || key < lt) &&
        (lte === undefined || key <= lte) &&
        (prefix === undefined || key.startsWith(prefix)),
    );
    keys.sort((a, b) => (a === b ? 0 : a < b === (reverse !== true) ? -1 : 1));
    const entries: ModelEntry[] = [];
    for (const key of keys) {
      if (entries.length >= (limit ?? Infinity)) break;
      const value = this.get(space, key, moment);
      if (value !== undefined) entries.push([key, value]);
    }
    return entries;
  }

  /** The latest moment, not before `earliest`, at which these spaces held exactly these entries; undefined when there is none. */
  momentOf(found: ReadonlyMap<string, readonly ModelEntry[]>, earliest: number): number | undefined {
    const contents = new Map([...found].map(([space, entries]) => [space, new Map(entries)]));
    const wrong = new Set<string>();
    const look = (space: string, key: string, moment: number): void => {
      const entries = contents.get(space);
      if (entries === undefined) return;
      if (sameBytes(entries.get(key), this.get(space, key, moment))) wrong.delete(`${space}\n${key}`);
      else wrong.add(`${space}\n${key}`);
    };
    for (const [space, entries] of contents) for (const key of [...entries.keys(), ...this.#keys(space)]) look(space, key, this.now);
    for (let moment = this.now; moment >= earliest; moment--) {
      if (wrong.size === 0) return moment;
      if (moment > 0) for (const { space, key } of this.#writes[moment - 1]) look(space, key, moment - 1);
    }
    return undefined;
  }

  #keys(space: string): string[] {
    return [...(this.#spaces.get(space)?.keys() ?? [])];
  }

  #versions(space: string, key: string): Version[] {
    let keys = this.#spaces.get(space);
    if (keys === undefined) this.#spaces.set(space, (keys = new Map<string, Version[]>()));
    let versions = keys.get(key);
    if (versions === undefined) keys.set(key, (versions = []));
    return versions;
  }
}

export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
