// SSTs and log segments with a word that lies and every checksum right: whatever is claimed of lengths, counts and places, the end is a typed error or
// some answer, never anything else.

import { StorageError } from '../../src/base/errors.ts';
import { metaName, sstName, type ObjectId } from '../../src/format/object-names.ts';
import { inspectSegment, inspectSst, listSsts, readState } from '../../src/inspect.ts';
import { seedOf } from '../../src/sst/seeds.ts';
import { examine } from './examine.ts';
import { replaced, segmentNumber, storeOf, type Image } from './image.ts';
import { sealRecords, sealSegmentHeader, type RecordPlace } from './seal-segment.ts';
import { sealBlock, sealHead, sealPartition, type Stretch } from './seal-sst.ts';
import type { Space } from './sample.ts';

const LIES = [0, 1, 2 ** 31, 2 ** 32 - 1];
const WORD = 4;

/** One lie: the object's bytes with one word changed, sealed again. */
export interface WordLie {
  readonly object: string;
  readonly at: number;
  readonly word: number;
  /** Makes the bytes. */
  readonly bytes: () => Uint8Array;
  /** Objects that an error may name: a lie of one is sometimes found in the other. */
  readonly named: readonly string[];
}

/** A stretch of an object with a checksum of its own. */
interface Sealed extends Stretch {
  readonly seal: (bytes: Uint8Array) => void;
}

/** Every word of every SST and segment. */
export async function wordLies(image: Image): Promise<WordLie[]> {
  const store = await storeOf(image);
  const lies: WordLie[] = [];
  const { database } = (await readState(store))!;
  for (const stored of await listSsts(store)) {
    const sst = await inspectSst(store, stored, database);
    const seed = seedOf(database, stored.id);
    const partitions = await Promise.all(Array.from({ length: sst.partitionCount }, (_, i) => sst.partition(i)));
    await sst.close();
    const named = [metaName(stored.id), sstName(stored.id)];
    const sealed = metaParts(seed, sst.headBytes, partitions);
    const blocks = partitions.flatMap((partition) => partition.blocks).map((place) => blockPart(seed, place));
    lies.push(...liesOf(image, metaName(stored.id), sealed, named), ...liesOf(image, sstName(stored.id), blocks, named));
  }
  const log = store.openLog();
  const segments = [...image.keys()].filter((name) => segmentNumber(name) !== undefined);
  for (const info of await log.segments()) {
    const { records } = await inspectSegment(log, info);
    const name = segments.find((segment) => segmentNumber(segment) === info.number)!;
    lies.push(...liesOf(image, name, segmentParts(records, info.size), segments));
  }
  return lies;
}

function metaParts(id: ObjectId, headBytes: number, partitions: readonly Stretch[]): Sealed[] {
  const head = { offset: 0, length: headBytes, seal: (bytes: Uint8Array) => sealHead(bytes, id, headBytes) };
  return [head, ...partitions.map(({ offset, length }) => ({ offset, length, seal: partitionSeal(id, headBytes, { offset, length }) }))];
}

function partitionSeal(id: ObjectId, headBytes: number, place: Stretch): (bytes: Uint8Array) => void {
  return (bytes) => sealPartition(bytes, id, headBytes, place);
}

function blockPart(id: ObjectId, { offset, length }: Stretch): Sealed {
  return { offset, length, seal: (bytes) => sealBlock(bytes, id, { offset, length }) };
}

/** The header's bytes are in the seed of every record: all are sealed again. */
function segmentParts(records: readonly RecordPlace[], size: number): Sealed[] {
  const seal = (bytes: Uint8Array): void => {
    sealSegmentHeader(bytes);
    sealRecords(bytes, records);
  };
  return [{ offset: 0, length: size, seal }];
}

function liesOf(image: Image, object: string, parts: readonly Sealed[], named: readonly string[]): WordLie[] {
  const original = image.get(object)!;
  const view = new DataView(original.buffer, original.byteOffset);
  return parts.flatMap(({ offset, length, seal }) =>
    Array.from({ length: Math.floor(length / WORD) }, (_, i) => offset + i * WORD).flatMap((at) =>
      LIES.filter((word) => word !== view.getUint32(at, true)).map((word) => ({
        object,
        at,
        word,
        named,
        bytes: () => {
          const bytes = original.slice();
          new DataView(bytes.buffer).setUint32(at, word, true);
          seal(bytes);
          return bytes;
        },
      })),
    ),
  );
}

/** What is wrong with the outcome of a lie, if anything. */
export async function wrongWithLie(
  image: Image,
  lie: WordLie,
  keys: Readonly<Record<Space, readonly string[]>>,
): Promise<string | undefined> {
  const examined = await examine(replaced(image, lie.object, lie.bytes()), keys);
  const { openError, answers, otherErrors } = examined;
  const wrong =
    [openError, ...otherErrors].find((error) => error !== undefined && !isNamed(error, lie.named)) ??
    // Keys and values are anybody's bytes: codecs know of no object.
    answers.map(({ error }) => error).find((error) => error !== undefined && !isNamed(error, [undefined, ...lie.named]));
  if (wrong === undefined) return undefined;
  return `object=${lie.object} at=${lie.at} word=${lie.word}: ${wrong instanceof Error ? wrong.stack : JSON.stringify(wrong)}`;
}

function isNamed(error: unknown, named: readonly (string | undefined)[]): boolean {
  return error instanceof StorageError && (error.code === 'CORRUPTION' || error.code === 'UNSUPPORTED') && named.includes(error.object);
}
