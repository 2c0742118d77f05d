// Which objects and log segments there are, and where: in memory, and as the journal tells it. Whoever holds the files is alone with them, so a look
// into the catalog is all that create-if-absent takes.

import { StorageError } from '@varve/core';
import type { Journal } from './journal.ts';
import { extentsOf, flat, type Change } from './catalog-change.ts';
import { roomOf, Volume } from './volume.ts';
import type { BlockFile } from './block-file.ts';
import type { Extent } from './extents.ts';

/** Where a thing stands. */
export interface Placed {
  /** Bytes that count. */
  readonly size: number;
  readonly extents: readonly Extent[];
}

export class Catalog {
  readonly objects = new Map<string, Placed>();
  readonly segments = new Map<number, Placed>();
  /** Where objects stand. */
  readonly data: Volume;
  /** Where segments stand. */
  readonly log: Volume;
  readonly #journal: Journal;
  #failure: StorageError | undefined;

  constructor(journal: Journal, files: { data: BlockFile; log: BlockFile }) {
    this.#journal = journal;
    const texts = journal.load();
    for (const text of texts) this.#apply(JSON.parse(text) as Change);
    this.data = new Volume(files.data, extentsIn(this.objects));
    this.log = new Volume(files.log, extentsIn(this.segments));
    if (texts.length === 0 && files.data.getSize() + files.log.getSize() > 0) {
      throw new StorageError('CORRUPTION', 'there are objects or a log, and no journal names them: restore the folder from a backup');
    }
    // What an earlier owner could not make durable is not built upon. On a device that is full it is: there is no room for another journal.
    if (texts.length === 0) journal.renew(this.#sum());
    else this.#renew();
  }

  /** Throws when something could not be made durable: since then nobody knows what the system has dropped. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Makes something durable. After it has failed once it is not tried again: it might seem to succeed without what was dropped. */
  durably(flush: () => void): void {
    this.check();
    try {
      flush();
    } catch (cause) {
      this.#failure = new StorageError('READ_ONLY', 'stored bytes could not be made durable: close the database and open it again', {
        cause,
      });
      throw this.#failure;
    }
  }

  /** An object whose bytes are durable. So is its name when this returns. */
  addObject(name: string, { size, extents }: Placed): void {
    this.#change({ object: [name, size, ...flat(extents)] });
    this.flush();
  }

  deleteObjects(names: readonly string[]): void {
    const found = names.filter((name) => this.objects.has(name));
    if (found.length === 0) return;
    const freed = found.flatMap((name) => this.objects.get(name)!.extents);
    this.#change({ delete: found });
    this.data.free(freed);
  }

  /** A segment is there, or has more room. Durable with the next flush. */
  placeSegment(number: number, extents: readonly Extent[]): void {
    this.#change({ segment: [number, ...flat(extents)] });
  }

  truncateLog(before: number): void {
    const freed = [...this.segments].filter(([number]) => number < before).flatMap(([, { extents }]) => extents);
    if (freed.length === 0) return;
    this.#change({ truncate: before });
    this.log.free(freed);
  }

  /** Everything that was told so far survives a power cut. */
  flush(): void {
    if (this.#journal.isLong) this.#renew();
    this.durably(() => this.#journal.flush());
    this.data.settle();
    this.log.settle();
  }

  /** A journal that cannot be written anew for want of room goes on growing. */
  #renew(): void {
    this.check();
    try {
      this.#journal.renew(this.#sum());
    } catch {
      this.#journal.keep();
    }
  }

  #change(change: Change): void {
    this.check();
    this.#journal.append(JSON.stringify(change));
    this.#apply(change);
  }

  #apply(change: Change): void {
    if ('objects' in change) {
      for (const [name, size, ...extents] of change.objects) this.objects.set(name, { size, extents: extentsOf(extents) });
      for (const [number, ...extents] of change.segments) this.#setSegment(number, extentsOf(extents));
    } else if ('object' in change) {
      const [name, size, ...extents] = change.object;
      this.objects.set(name, { size, extents: extentsOf(extents) });
    } else if ('delete' in change) for (const name of change.delete) this.objects.delete(name);
    else if ('segment' in change) this.#setSegment(change.segment[0], extentsOf(change.segment.slice(1)));
    else for (const number of [...this.segments.keys()]) if (number < change.truncate) this.segments.delete(number);
  }

  #setSegment(number: number, extents: readonly Extent[]): void {
    this.segments.set(number, { size: roomOf(extents), extents });
  }

  #sum(): string {
    const sum: Change = {
      objects: [...this.objects].map(([name, { size, extents }]) => [name, size, ...flat(extents)]),
      segments: [...this.segments].map(([number, { extents }]) => [number, ...flat(extents)]),
    };
    return JSON.stringify(sum);
  }
}

function extentsIn(things: ReadonlyMap<unknown, Placed>): Extent[] {
  return [...things.values()].flatMap(({ extents }) => extents);
}
