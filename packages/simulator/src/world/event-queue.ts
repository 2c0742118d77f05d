// What is going to happen, by the time at which it does; at one time, in the order in which it was asked for. A binary heap.

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly callback: () => void;
}

export class EventQueue {
  readonly #heap: Entry[] = [];
  #asked = 0;

  get size(): number {
    return this.#heap.length;
  }

  add(time: number, callback: () => void): void {
    const heap = this.#heap;
    const entry = { time, order: this.#asked++, callback };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  /** Takes the next event out. */
  take(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
