// The ids of the SST objects that this writer makes. Those of jobs under way are pending: nobody takes their objects for garbage
// (docs/PROTOCOL.md, rule 11).

import type { ObjectId } from '../format/object-names.ts';
import type { EditJson } from './manifest-format.ts';

export class ObjectIds {
  /** Of the jobs under way. */
  readonly pending = new Set<ObjectId>();
  #next = 1;

  /** A fresh id for a job; pending until that releases its ids. */
  take(term: number, job: Set<ObjectId>): ObjectId {
    const id = { term, counter: this.#next++ };
    job.add(id);
    this.pending.add(id);
    return id;
  }

  release(job: Set<ObjectId>): void {
    for (const id of job) this.pending.delete(id);
  }

  /** Counters begin anew in a new term. */
  restart(): void {
    this.#next = 1;
  }

  /** What a manifest says of them: below the smallest pending counter an object that it does not name is garbage. The job that commits it is over. */
  edit(job: Set<ObjectId> | undefined, floor?: number): EditJson {
    const from = [...this.pending].reduce((least, id) => (job?.has(id) ? least : Math.min(least, id.counter)), this.#next);
    const ids = { pendingFrom: String(from), next: String(this.#next) };
    return { kind: 'objects', ...ids, ...(floor !== undefined && { floor: String(floor) }) };
  }
}
