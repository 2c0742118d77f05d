// A database at one moment as the objects that it consists of: the SSTs of the newest version, and a manifest that names them and no log. Whoever opens
// a copy of these objects begins a log of their own (docs/FORMAT.md, manifest). While an image is held its SSTs are not deleted; nothing else waits for it.

import { closed, fenced, StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import { systemRandom, type Random } from '../base/random.ts';
import type { Engine } from '../db/engine.ts';
import { manifestName, metaName, sstName } from '../format/object-names.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { snapshotToJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { encodeManifest } from '../version/manifest.ts';
import type { ImageHolder } from './image-holder.ts';
import { flushedEngine, type ImageSource } from './image-source.ts';

/** An object of an image. */
export interface ImageObject {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** The objects of a database at one moment, to be read for as long as the image is open and the database is. Made by {@link imageOf}. */
export class DatabaseImage {
  /** SSTs, then the manifest that makes a database of them. */
  readonly objects: readonly ImageObject[];
  /** Of all objects. */
  readonly bytes: number;
  /** @internal What the manifest says. */
  readonly state: ManifestState;
  readonly #holder: ImageHolder;
  readonly #manifest: Uint8Array<ArrayBuffer>;
  /** Of the object that was read last. */
  #reader: { readonly name: string; readonly reader: ObjectReader } | undefined;
  #closed = false;

  /** @internal Made by {@link imageOf}. */
  constructor(holder: ImageHolder, random: Random) {
    this.#holder = holder;
    const log = { kind: '', uuid: randomHex(random, 16) };
    const first = { number: 1, nonce: randomHex(random, 16), parentNonce: '', floor: 0, retired: [] };
    this.state = { ...holder.state, ...first, log, logPosition: 0 };
    this.#manifest = encodeManifest(holder.parts, 1, snapshotToJson(this.state));
    const stored = [...this.state.version.ssts()].flatMap(({ id, dataBytes, metaBytes }) => [
      { name: sstName(id), size: dataBytes },
      { name: metaName(id), size: metaBytes },
    ]);
    this.objects = [...stored, { name: manifestName(1), size: this.#manifest.length }];
    this.bytes = this.objects.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * The bytes of one of the objects from `offset` on, `length` of them, in a buffer of their own. Reads follow each other. Others have their turn of the
   * event loop first: a store may answer at once, however much is read.
   *
   * @throws StorageError `CLOSED` when the image or its database is closed, `CORRUPTION` when the object is not what it was,
   * `FENCED` when another writer has the database, `EXPIRED` when whoever writes it has deleted the object. RangeError beyond its end.
   */
  async read({ name, size }: ImageObject, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (offset < 0 || length < 0 || offset + length > size) {
      throw new RangeError(`the object has ${size} bytes, not ${length} from ${offset} on`);
    }
    await new Promise<void>((resolve) => this.#holder.turns.next(resolve));
    if (this.#closed) throw new StorageError('CLOSED', 'the image is closed: make a new one');
    this.#holder.assertOpen();
    if (name === manifestName(1)) return this.#manifest.slice(offset, offset + length);
    const bytes = new Uint8Array(length);
    try {
      const reader = await this.#open(name, size);
      await reader.readInto(bytes, offset);
    } catch (error) {
      await this.#holder.unread(error);
    }
    return bytes;
  }

  async #open(name: string, size: number): Promise<ObjectReader> {
    if (this.#reader?.name === name) return this.#reader.reader;
    const old = this.#reader?.reader;
    this.#reader = undefined;
    await old?.close();
    const reader = await this.#holder.openObject(name, size);
    this.#reader = { name, reader };
    return reader;
  }

  /** Lets go of the objects. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#reader?.reader.close();
    } finally {
      await this.#holder.release();
    }
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
  const engine = await flushedEngine(db);
  if (await engine.parts.manifest.isOvertaken()) throw fenced();
  return new DatabaseImage(heldBy(engine), random);
}

function heldBy(engine: Engine): ImageHolder {
  const { state, catalog, parts } = engine;
  const ssts = [...state.version.ssts()].map((info) => engine.sstOf(info));
  for (const sst of ssts) catalog.pin(sst);
  return {
    state,
    parts,
    turns: parts.turns,
    assertOpen: () => {
      if (engine.closed) throw closed();
    },
    openObject: (name, size) => catalog.storeOf(name).openObject(name, size),
    // Who was overtaken meets objects that are gone: nothing is damaged.
    unread: (error) => catalog.unread(error),
    release: () => {
      for (const sst of ssts) catalog.unpin(sst);
    },
  };
}
