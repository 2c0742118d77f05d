// A database at one moment as the objects that it consists of: the SSTs of the newest version, and a manifest that names them and no log. Whoever opens
// a copy of these objects begins a log of their own (docs/FORMAT.md, manifest). While an image is held its SSTs are not deleted; nothing else waits for it.

import { closed, fenced, StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import { systemRandom, type Random } from '../base/random.ts';
import { SPACE, type BatchTarget } from '../db/batch.ts';
import type { Engine } from '../db/engine.ts';
import { manifestName } from '../format/object-names.ts';
import type { Sst } from '../sst/sst.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { snapshotToJson } from '../version/manifest-format.ts';
import { encodeManifest } from '../version/manifest.ts';

/** An object of an image. */
export interface ImageObject {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** What of a database an image is made from: any open database is one. */
export interface ImageSource extends BatchTarget<never, never> {
  flush(): Promise<void>;
}

/** The objects of a database at one moment, to be read for as long as the image is open and the database is. Made by {@link imageOf}. */
export class DatabaseImage {
  /** SSTs, then the manifest that makes a database of them. */
  readonly objects: readonly ImageObject[];
  /** Of all objects. */
  readonly bytes: number;
  readonly #engine: Engine;
  readonly #manifest: Uint8Array<ArrayBuffer>;
  readonly #ssts: readonly Sst[];
  /** Of the object that was read last. */
  #reader: { readonly name: string; readonly reader: ObjectReader } | undefined;
  #closed = false;

  /** @internal Made by {@link imageOf}. */
  constructor(engine: Engine, random: Random) {
    const { state, catalog } = engine;
    this.#engine = engine;
    const copy = { ...state, number: 1, nonce: randomHex(random, 16), parentNonce: '' };
    const log = { kind: '', uuid: randomHex(random, 16) };
    this.#manifest = encodeManifest(engine.parts, 1, snapshotToJson({ ...copy, log, logPosition: 0 }));
    this.#ssts = [...state.version.ssts()].map((info) => engine.sstOf(info));
    for (const sst of this.#ssts) catalog.pin(sst);
    const stored = this.#ssts.flatMap(({ info, dataName, metaName }) => [
      { name: dataName, size: info.dataBytes },
      { name: metaName, size: info.metaBytes },
    ]);
    this.objects = [...stored, { name: manifestName(1), size: this.#manifest.length }];
    this.bytes = this.objects.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * The bytes of one of the objects from `offset` on, `length` of them, in a buffer of their own. Reads follow each other. Others have their turn of the
   * event loop first: a store may answer at once, however much is read.
   *
   * @throws StorageError `CLOSED` when the image or its database is closed, `CORRUPTION` when the object is not what it was,
   * `FENCED` when another writer has the database. RangeError beyond its end.
   */
  async read({ name, size }: ImageObject, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (offset < 0 || length < 0 || offset + length > size) {
      throw new RangeError(`the object has ${size} bytes, not ${length} from ${offset} on`);
    }
    await new Promise<void>((resolve) => this.#engine.parts.turns.next(resolve));
    if (this.#closed) throw new StorageError('CLOSED', 'the image is closed: make a new one');
    if (this.#engine.closed) throw closed();
    if (name === manifestName(1)) return this.#manifest.slice(offset, offset + length);
    const bytes = new Uint8Array(length);
    try {
      const reader = await this.#open(name, size);
      await reader.readInto(bytes, offset);
    } catch (error) {
      // Who was overtaken meets objects that are gone: nothing is damaged.
      await this.#engine.catalog.unread(error);
    }
    return bytes;
  }

  async #open(name: string, size: number): Promise<ObjectReader> {
    if (this.#reader?.name === name) return this.#reader.reader;
    const old = this.#reader?.reader;
    this.#reader = undefined;
    await old?.close();
    const reader = await this.#engine.store.openObject(name, size);
    this.#reader = { name, reader };
    return reader;
  }

  /** Lets go of the objects. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const sst of this.#ssts) this.#engine.catalog.unpin(sst);
    await this.#reader?.reader.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * The database as it is now, everything written before included. Close it.
 *
 * @throws StorageError `CLOSED` when the database is closed, `FENCED` when another writer has it, and what a flush throws.
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
  if (await engine.parts.manifest.isOvertaken()) throw fenced();
  return new DatabaseImage(engine, random);
}
