// A database at one moment as the objects that it consists of: the SSTs of the newest version, and a manifest that names them and no log. Whoever opens
// a copy of these objects begins a log of their own (docs/FORMAT.md, manifest). While an image is held its SSTs are not deleted; nothing else waits for it.

import { closed, StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import { systemRandom, type Random } from '../base/random.ts';
import { SPACE, type BatchTarget } from '../db/batch.ts';
import type { Engine } from '../db/engine.ts';
import { manifestName, metaName, sstName } from '../format/object-names.ts';
import { ReadView } from '../iterators/read-view.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { snapshotToJson } from '../version/manifest-format.ts';
import { encodeManifest } from '../version/manifest.ts';

/** An object of an image. */
export interface ImageObject {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** What of a database an image is made from. */
export interface ImageSource extends BatchTarget<never, never> {
  flush(): Promise<void>;
}

export class DatabaseImage {
  /** In the order in which a copy has to be written: the manifest is the last, and makes a database of the rest. */
  readonly objects: readonly ImageObject[];
  /** Of all objects. */
  readonly bytes: number;
  readonly #engine: Engine;
  readonly #manifest: Uint8Array<ArrayBuffer>;
  readonly #view: ReadView;
  /** Of the object that was read last. */
  #reader: { readonly of: ImageObject; readonly reader: ObjectReader } | undefined;
  #closed = false;

  /** @internal Made by {@link imageOf}. */
  constructor(engine: Engine, random: Random) {
    const { heap, kernels } = engine.parts;
    const { state } = engine;
    this.#engine = engine;
    const copy = { ...state, number: 1, nonce: randomHex(random, 16), parentNonce: '' };
    const log = { kind: '', uuid: randomHex(random, 16) };
    this.#manifest = encodeManifest(engine.parts, 1, snapshotToJson({ ...copy, log, logPosition: 0 }));
    const ssts = [...state.version.ssts()];
    const runs = [ssts.map((info) => engine.sstOf(info))];
    this.#view = new ReadView({ heap, kernels, catalog: engine.catalog, onMemtableFree: () => undefined }, [], runs);
    const stored = ssts.flatMap(({ id, dataBytes, metaBytes }) => [
      { name: sstName(id), size: dataBytes },
      { name: metaName(id), size: metaBytes },
    ]);
    this.objects = [...stored, { name: manifestName(1), size: this.#manifest.length }];
    this.bytes = this.objects.reduce((sum, { size }) => sum + size, 0);
  }

  /** The bytes of an object from `offset` on, `length` of them, in a buffer of their own. Reads follow each other. */
  async read(object: ImageObject, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#closed) throw new StorageError('CLOSED', 'the image is closed: make a new one');
    if (this.#engine.closed) throw closed();
    if (offset < 0 || length < 0 || offset + length > object.size) {
      throw new RangeError(`the object has ${object.size} bytes, not ${length} from ${offset} on`);
    }
    if (object === this.objects.at(-1)) return this.#manifest.slice(offset, offset + length);
    const bytes = new Uint8Array(length);
    const reader = await this.#open(object);
    await reader.readInto(bytes, offset);
    return bytes;
  }

  async #open(object: ImageObject): Promise<ObjectReader> {
    if (this.#reader?.of === object) return this.#reader.reader;
    const old = this.#reader?.reader;
    this.#reader = undefined;
    await old?.close();
    const reader = await this.#engine.store.openObject(object.name, object.size);
    this.#reader = { of: object, reader };
    return reader;
  }

  /** Lets go of the objects. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#view.unpin();
    await this.#reader?.reader.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * The database as it is now, everything written before included. Close it.
 *
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { imageOf } from '@varve/core/copy';
 * const db = await open(memoryStore());
 * await db.put('key', 'value');
 * const image = await imageOf(db);
 * for (const { name, size } of image.objects) console.log(name, size);
 * await image.close();
 * await db.close();
 */
export async function imageOf(db: ImageSource, random: Random = systemRandom): Promise<DatabaseImage> {
  await db.flush();
  const engine = db[SPACE].owner as Engine;
  engine.assertOpen();
  return new DatabaseImage(engine, random);
}
