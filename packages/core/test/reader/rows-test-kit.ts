// Requests in rows: what is asked for at the same time is one row, and what waits for its answers is the next. No clock is involved: a row is answered when
// nobody asks for more in a turn of the event loop.

import type { MemoryCall, MemoryStore } from '@varve/core';

/** A request, and the row it was in. */
export interface Request {
  readonly row: number;
  readonly operation: string;
  readonly name: string;
}

export class Rows {
  /** The same objects as an object storage has them: opening one for reading asks nothing. */
  readonly store: MemoryStore;
  requests: Request[] = [];
  /** Rows so far. */
  count = 0;
  #answer: Promise<void> | undefined;

  constructor(store: MemoryStore) {
    this.store = store.share({ sync: false, delay: (call) => this.#ask(call) });
  }

  /** What does it ask for? */
  async of<T>(work: () => Promise<T>): Promise<{ result: T; rows: number; requests: Request[] }> {
    this.requests = [];
    this.count = 0;
    const result = await work();
    return { result, rows: this.count, requests: this.requests };
  }

  #ask({ operation, name }: MemoryCall): Promise<void> | undefined {
    if (operation === 'openObject') return undefined;
    if (this.#answer === undefined) {
      this.count++;
      this.#answer = new Promise((resolve) =>
        setTimeout(() => {
          this.#answer = undefined;
          resolve();
        }),
      );
    }
    this.requests.push({ row: this.count, operation, name });
    return this.#answer;
  }
}

/** How many requests each row has for each kind of object: `2 .meta` */
export function drawn(requests: readonly Request[]): string[] {
  const rows: string[] = [];
  for (let row = 1; row <= Math.max(0, ...requests.map((one) => one.row)); row++) {
    const kinds = new Map<string, number>();
    for (const { operation, name } of requests.filter((one) => one.row === row)) {
      const kind = operation === 'list' ? 'list' : name.slice(name.lastIndexOf('.') + 1);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    rows.push(
      [...kinds]
        .map(([kind, count]) => `${count} ${kind}`)
        .sort()
        .join(', '),
    );
  }
  return rows;
}
