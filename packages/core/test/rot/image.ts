// The bytes of a database that nobody has open, as plain data: made from a store, changed by whoever wants to damage them, made a store again.

import { segmentName } from '../../src/format/object-names.ts';
import { memoryStore, type SyncMemoryStore } from '../../src/store/memory-store.ts';

/** Every object and log segment by its name. A segment's name is the one that errors give it. */
export type Image = ReadonlyMap<string, Uint8Array>;

const SEGMENT = /^wal\/(\d{20})\.wal$/;

/** What the store holds at this moment, as far as a process that is killed now would have written it. */
export async function imageOf(store: SyncMemoryStore): Promise<Image> {
  const image = new Map<string, Uint8Array>();
  for (const { name } of store.sync.list('')) image.set(name, store.sync.get(name)!);
  const log = store.openLog();
  for (const { number, size } of await log.segments()) {
    const bytes = new Uint8Array(size);
    await log.read(number, bytes);
    image.set(segmentName(number), bytes);
  }
  return image;
}

/** A store that holds copies of these bytes. */
export async function storeOf(image: Image): Promise<SyncMemoryStore> {
  const store = memoryStore();
  const log = store.openLog();
  for (const [name, bytes] of image) {
    const segment = segmentNumber(name);
    if (segment === undefined) store.sync.put(name, bytes);
    else await (await log.create(segment, bytes.length))!.append(bytes, 0);
  }
  return store;
}

/** The number in the name of a log segment; undefined for an object. */
export function segmentNumber(name: string): number | undefined {
  const match = SEGMENT.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** The image with one object changed, or, without bytes, gone. */
export function replaced(image: Image, name: string, bytes: Uint8Array | undefined): Image {
  const copy = new Map(image);
  if (bytes === undefined) copy.delete(name);
  else copy.set(name, bytes);
  return copy;
}
