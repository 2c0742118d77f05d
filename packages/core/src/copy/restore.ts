// Writes the objects of a database to an empty store. The manifest is written when everything else is there, wherever it stood: until then there is no
// database, and what was written is taken back when the rest does not come.

import { StorageError } from '../base/errors.ts';
import { withLeastTerm } from './least-term.ts';
import { MANIFEST_PREFIX, manifestName } from '../format/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';

/** Larger than any manifest: a size that somebody made up allocates no more. */
const LARGEST_MANIFEST_BYTES = 1 << 28;

/** An object that comes piece by piece. */
export interface ObjectSource {
  readonly name: string;
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Options of {@link restoreObjects}. */
export interface RestoreOptions {
  /** Called after each piece with how many bytes of objects have come so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Ends it; what was written so far is deleted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * For a copy that comes in the place of a database: that one's term. Whoever opens the copy takes a higher one, so no epoch is given out twice, and
   * checks of epochs that were read before hold.
   */
  readonly leastTerm?: number | undefined;
}

/**
 * Writes objects as they come.
 *
 * @throws StorageError `CONFLICT` when something is in the store, `LOCKED` when somebody works there, `CORRUPTION` when the objects are not those of a
 * database, `QUOTA` when they do not fit.
 */
export async function restoreObjects(
  objects: AsyncIterable<ObjectSource>,
  store: ObjectStore,
  options: RestoreOptions = {},
): Promise<void> {
  const unlock = await store.lock?.();
  if (store.lock !== undefined && unlock === undefined) {
    throw new StorageError('LOCKED', 'somebody has a database open in this place: choose another');
  }
  try {
    await assertEmpty(store);
    await new Restoration(store, options).run(objects);
  } finally {
    await unlock?.();
  }
}

class Restoration {
  readonly #store: ObjectStore;
  readonly #options: RestoreOptions;
  readonly #written = new Set<string>();
  #manifest: Uint8Array | undefined;
  #bytes = 0;

  constructor(store: ObjectStore, options: RestoreOptions) {
    this.#store = store;
    this.#options = options;
  }

  async run(objects: AsyncIterable<ObjectSource>): Promise<void> {
    const manifest = withLeastTerm(await this.#writeObjects(objects), this.#options.leastTerm ?? 0);
    // If this fails, whether the manifest is there is not known: what it names stays.
    if (await this.#store.putIfAbsent(manifestName(1), manifest)) return;
    throw new StorageError('CONFLICT', 'somebody made a database here meanwhile', { object: manifestName(1) });
  }

  /** Returns the manifest. */
  async #writeObjects(objects: AsyncIterable<ObjectSource>): Promise<Uint8Array> {
    try {
      for await (const object of objects) await this.#take(object);
      if (this.#manifest === undefined) throw new StorageError('CORRUPTION', 'the manifest is missing: this is not a whole database');
      return this.#manifest;
    } catch (error) {
      // The first failure is told. What this one leaves is refused by whoever opens it.
      await (async () => this.#store.delete([...this.#written]))().catch(() => undefined);
      throw error;
    }
  }

  async #take(object: ObjectSource): Promise<void> {
    const { name } = object;
    const isManifest = name.startsWith(MANIFEST_PREFIX);
    checkObjectName(name);
    if (this.#written.has(name) || (isManifest && this.#manifest !== undefined)) {
      throw new StorageError('CORRUPTION', 'an object comes twice', { object: name });
    }
    if (isManifest) this.#manifest = await this.#gather(object);
    else await this.#write(object);
  }

  async #write(object: ObjectSource): Promise<void> {
    this.#written.add(object.name);
    const writer = await this.#store.createObject(object.name, object.size);
    try {
      for await (const { piece, position } of this.#piecesOf(object)) await writer.append(piece, position);
      await writer.finish();
    } catch (error) {
      await (async () => writer.abort())().catch(() => undefined);
      throw error;
    }
  }

  async #gather(object: ObjectSource): Promise<Uint8Array> {
    if (object.size > LARGEST_MANIFEST_BYTES) throw new StorageError('CORRUPTION', 'the manifest is too large', { object: object.name });
    const bytes = new Uint8Array(object.size);
    for await (const { piece, position } of this.#piecesOf(object)) bytes.set(piece, position);
    return bytes;
  }

  /** As many bytes as the object is said to have, or `CORRUPTION`. */
  async *#piecesOf({ name, size, pieces }: ObjectSource): AsyncGenerator<{ piece: Uint8Array; position: number }> {
    let position = 0;
    const wrong = (found: string): StorageError =>
      new StorageError('CORRUPTION', `the object is not whole: ${found} of ${size} bytes`, { object: name });
    for await (const piece of pieces) {
      this.#options.signal?.throwIfAborted();
      if (position + piece.length > size) throw wrong(`more than the ${position + piece.length}`);
      yield { piece, position };
      position += piece.length;
      this.#options.onProgress?.((this.#bytes += piece.length));
    }
    if (position !== size) throw wrong(String(position));
  }
}

async function assertEmpty(store: ObjectStore): Promise<void> {
  const log = store.openLog?.();
  const [object] = await store.list('');
  const [segment] = (await log?.segments()) ?? [];
  await log?.close();
  const found = object?.name ?? (segment === undefined ? undefined : `log segment ${segment.number}`);
  if (found === undefined) return;
  throw new StorageError('CONFLICT', 'a database is written to an empty place only: choose another, or delete what is there', {
    object: found,
  });
}

/** Throws `CORRUPTION` unless it is the name of an object of a copy: a store takes whatever it is told, and what is no name of ours goes nowhere. */
export function checkObjectName(name: string): void {
  if (/^(?:sst\/\d{10}-\d{10}\.(?:sst|meta)|manifest\/0{19}1\.manifest)$/.test(name)) return;
  throw new StorageError('CORRUPTION', 'not an object of a database', { object: name });
}
