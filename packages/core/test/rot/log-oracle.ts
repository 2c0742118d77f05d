// What recovery may make of a log with one damaged place, told from the log as it was: everything in front of the place, unless something behind it
// proves that the place had been durable. Then it is CORRUPTION.

import { inspectSegment, type InspectedSegment } from '../../src/inspect.ts';
import type { InspectedRecord } from '../../src/inspect/records.ts';
import { SEGMENT_HEADER_BYTES } from '../../src/wal/segment-format.ts';
import { segmentNumber, storeOf, type Image } from './image.ts';
import type { Model } from './sample.ts';

const ALIGNMENT = 8;

/** Bytes [from, to) of a segment are not what they were. `cut`: the segment ends at `from`. */
export interface LogDamage {
  readonly segment: number;
  readonly from: number;
  readonly cut: boolean;
}

export interface LogVerdict {
  /** A later writer did not count what stands there: it does not matter. */
  readonly isVoid: boolean;
  /** Something that is left knows the damaged place as durable. */
  readonly proven: boolean;
  /** The header is damaged, and there: nobody can say what it was. */
  readonly header: boolean;
  /** The state when the log ends at the damage. */
  readonly prefixes: readonly Model[];
}

export class LogOracle {
  readonly #segments: readonly InspectedSegment[];
  readonly #stored: Model;

  private constructor(segments: readonly InspectedSegment[], stored: Model) {
    this.#segments = segments;
    this.#stored = stored;
  }

  static async of(image: Image, stored: Model): Promise<LogOracle> {
    const log = (await storeOf(image)).openLog();
    const infos = await log.segments();
    return new LogOracle(await Promise.all(infos.map((info) => inspectSegment(log, info))), stored);
  }

  /** What may become of a database with this damage. */
  judge({ segment, from, cut }: LogDamage): LogVerdict {
    const index = this.#segments.findIndex(({ number }) => number === segment);
    const { records } = this.#segments[index]!;
    const isHeader = from < SEGMENT_HEADER_BYTES;
    const bad = isHeader
      ? SEGMENT_HEADER_BYTES
      : Math.max(SEGMENT_HEADER_BYTES, ...records.map(({ offset }) => offset).filter((offset) => offset <= from));
    const before = isHeader ? [] : records.filter(({ offset }) => offset < bad);
    const behind = cut ? [] : records.filter(({ offset }) => offset > bad);
    const end = this.#fencedEnd(index);
    const isVoid = bad >= end && !isHeader;
    const proven = behind.some((record) => knownDurable(record) > bad) || end < Infinity || this.#laterKnows(index, bad);
    const earlier = this.#segments.slice(0, index).flatMap((segment) => segment.records);
    // Cut within the zeros that fill up a record, it may still be whole.
    const filled = cut && !isHeader ? records.filter(({ offset, bytes }) => offset === bad && from > offset + bytes - ALIGNMENT) : [];
    const prefixes = [[], filled].map((rest) => this.#apply([...earlier, ...before, ...rest]));
    return { isVoid, proven, header: isHeader && !cut, prefixes };
  }

  /** Where the segment ended for the next writer, who made it durable up to there and wrote that down. */
  #fencedEnd(index: number): number {
    const { number } = this.#segments[index]!;
    for (const { records } of this.#segments.slice(index + 1)) {
      const fence = records.find((record) => record.type === 'fence');
      if (fence !== undefined) return fence.segments.find(({ segment }) => segment === number)?.end ?? 0;
    }
    return Infinity;
  }

  /** The next segment's header says how much was durable. And syncs go oldest first: one of a later segment proves those before it. */
  #laterKnows(index: number, bad: number): boolean {
    const later = this.#segments.slice(index + 1);
    return (later[0]?.header?.previousSynced ?? 0) > bad || later.some(({ records }) => records.some((record) => knownDurable(record) > 0));
  }

  #apply(records: readonly InspectedRecord[]): Model {
    const model = { '': new Map(this.#stored['']), words: new Map(this.#stored.words) };
    for (const record of records) {
      if (record.type !== 'batch') continue;
      for (const { kind, keySpace, key, value } of record.entries) {
        const space = model[keySpace === 0 ? '' : 'words'];
        if (kind === 'put') space.set(text(key), text(value));
        else space.delete(text(key));
      }
    }
    return model;
  }
}

/** The damage that a change of `name` at `from` does, if it is a log segment. */
export function logDamage(name: string, from: number, cut: boolean): LogDamage | undefined {
  const segment = segmentNumber(name);
  return segment === undefined ? undefined : { segment, from, cut };
}

/** Bytes of its own segment that a record knows as durable. */
function knownDurable(record: InspectedRecord): number {
  return record.type === 'batch' || record.type === 'close' ? record.synced : 0;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
