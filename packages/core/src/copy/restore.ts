// Writes the objects of a database to an empty store. The manifest comes last: until then there is no database, and what was written is taken back when
// the rest does not come.

import { StorageError } from '../base/errors.ts';
import { MANIFEST_PREFIX } from '../format/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';

/** An object that comes piece by piece. */
export interface ObjectSource {
  readonly name: string;
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

type OnBytes = (bytes: number) => void;

/**
 * Writes objects as they come; `onBytes` is told of each piece.
 *
 * @throws StorageError `CONFLICT` when something is in the store, `LOCKED` when somebody works there, `CORRUPTION` when the objects are not those of a database.
 */
export async function restoreObjects(
  objects: AsyncIterable<ObjectSource>,
  store: ObjectStore,
  onBytes: OnBytes = () => undefined,
): Promise<void> {
  const unlock = await store.lock?.();
  if (store.lock !== undefined && unlock === undefined) {
    throw new StorageError('LOCKED', 'another writer has a database open in this place: choose another');
  }
  try {
    await assertEmpty(store);
    await writeObjects(objects, store, onBytes);
  } finally {
    await unlock?.();
  }
}

async function writeObjects(objects: AsyncIterable<ObjectSource>, store: ObjectStore, onBytes: OnBytes): Promise<void> {
  const written: string[] = [];
  // Whether a manifest that failed is there is not known: what it names stays.
  let isWhole = false;
  try {
    for await (const object of objects) {
      checkName(object.name, isWhole);
      isWhole = object.name.startsWith(MANIFEST_PREFIX);
      if (!isWhole) written.push(object.name);
      await (isWhole ? writeManifest : writeObject)(store, object, onBytes);
    }
    if (!isWhole) throw new StorageError('CORRUPTION', 'the manifest is missing: this is not a whole database');
  } catch (error) {
    // The first failure is told. What this one leaves is refused by whoever opens it.
    if (!isWhole) await (async () => store.delete(written))().catch(() => undefined);
    throw error;
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

/** A store takes whatever it is told: what is no name of ours goes nowhere. */
function checkName(name: string, isWhole: boolean): void {
  if (isWhole) throw new StorageError('CORRUPTION', 'something follows the manifest: this is not a database', { object: name });
  if (/^(?:sst\/\d{10}-\d{10}\.(?:sst|meta)|manifest\/\d{20}\.manifest)$/.test(name)) return;
  throw new StorageError('CORRUPTION', 'not an object of a database', { object: name });
}

async function writeObject(store: ObjectStore, { name, size, pieces }: ObjectSource, onBytes: OnBytes): Promise<void> {
  const writer = await store.createObject(name, size);
  try {
    let position = 0;
    for await (const piece of pieces) {
      await writer.append(piece, position);
      position += piece.length;
      onBytes(piece.length);
    }
    checkSize(name, size, position);
    await writer.finish();
  } catch (error) {
    await (async () => writer.abort())().catch(() => undefined);
    throw error;
  }
}

async function writeManifest(store: ObjectStore, { name, size, pieces }: ObjectSource, onBytes: OnBytes): Promise<void> {
  const bytes = new Uint8Array(size);
  let position = 0;
  for await (const piece of pieces) {
    if (position + piece.length <= size) bytes.set(piece, position);
    position += piece.length;
    onBytes(piece.length);
  }
  checkSize(name, size, position);
  if (await store.putIfAbsent(name, bytes)) return;
  throw new StorageError('CONFLICT', 'somebody made a database here meanwhile', { object: name });
}

function checkSize(name: string, size: number, found: number): void {
  if (found !== size) throw new StorageError('CORRUPTION', `the object is not whole: ${found} of ${size} bytes`, { object: name });
}
