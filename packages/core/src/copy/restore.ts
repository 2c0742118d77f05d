// Writes the objects of a database to an empty store. The manifest is written when everything else is there, wherever it stood: until then there is no
// database, and what was written is taken back when the rest does not come.

import { StorageError } from '../base/errors.ts';
import { withLeastTerm } from './least-term.ts';
import { compareBytes } from '../format/compare-bytes.ts';
import { MANIFEST_PREFIX, manifestName } from '../format/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { wholePieces, writeObject, type CopyWatch, type ObjectSource } from './write-object.ts';

/** Larger than any manifest: a size that somebody made up allocates no more. */
const LARGEST_MANIFEST_BYTES = 1 << 28;

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
  await alone(store, async () => {
    await assertEmpty(store);
    await new Restoration(store, options).run(objects);
  });
}

/** While the place is locked, if it can be. Throws `LOCKED` when somebody works there. */
export async function alone<T>(store: ObjectStore, work: () => Promise<T>): Promise<T> {
  const unlock = await store.lock?.();
  if (store.lock !== undefined && unlock === undefined) {
    throw new StorageError('LOCKED', 'somebody has a database open in this place: choose another');
  }
  try {
    return await work();
  } finally {
    await unlock?.();
  }
}

class Restoration {
  readonly #store: ObjectStore;
  readonly #options: RestoreOptions;
  readonly #written = new Set<string>();
  #manifest: Uint8Array | undefined;
  readonly #watch: CopyWatch;

  constructor(store: ObjectStore, options: RestoreOptions) {
    this.#store = store;
    this.#options = options;
    let bytes = 0;
    this.#watch = { signal: options.signal, onPiece: (more) => options.onProgress?.((bytes += more)) };
  }

  async run(objects: AsyncIterable<ObjectSource>): Promise<void> {
    const manifest = withLeastTerm(await this.#writeObjects(objects), this.#options.leastTerm ?? 0);
    // If this fails, whether the manifest is there is not known: what it names stays.
    if (await this.#store.putIfAbsent(manifestName(1), manifest)) return;
    // A lost answer looks like a lost race, where a store asks again by itself (docs/PROTOCOL.md, rule 7).
    const there = await this.#store.get(manifestName(1));
    if (there !== undefined && compareBytes(there, manifest) === 0) return;
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
      await this.#takeBack().catch(() => undefined);
      throw error;
    }
  }

  /** Unless somebody has made a database here meanwhile, whose objects may have the same names. */
  async #takeBack(): Promise<void> {
    if ((await this.#store.list(MANIFEST_PREFIX)).length === 0) await this.#store.delete([...this.#written]);
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
    await writeObject(this.#store, object, this.#watch);
  }

  async #gather(object: ObjectSource): Promise<Uint8Array> {
    if (object.size > LARGEST_MANIFEST_BYTES) throw new StorageError('CORRUPTION', 'the manifest is too large', { object: object.name });
    const bytes = new Uint8Array(object.size);
    for await (const { piece, position } of wholePieces(object, this.#watch)) bytes.set(piece, position);
    return bytes;
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
