// The numbered manifests of an open database: read the newest state, commit the next. Committing version n+1 is creating object n+1, which
// fails for whoever comes second (docs/PROTOCOL.md, rules 1 and 7). Every SNAPSHOT_EVERY-th manifest is a whole snapshot, the rest are edits.

import type { Kernels } from '@varve/wasm-kernels';
import { fenced, StorageError, unreadable } from '../base/errors.ts';
import { decodeRecord, encodeRecord, RECORD_EDIT, RECORD_SNAPSHOT } from '../format/record.ts';
import { MANIFEST_PREFIX, manifestName, parseManifestName } from '../format/object-names.ts';
import { allOf, andThen, type MaybePromise } from '../base/maybe-promise.ts';
import type { Heap } from '../heap/heap.ts';
import { io, type Job } from '../scheduler/job.ts';
import type { ObjectInfo, ObjectStore } from '../store/object-store.ts';
import { applyEdits, snapshotFromJson, snapshotToJson, type EditJson, type EditsJson, type SnapshotJson } from './manifest-format.ts';
import type { ManifestState } from './manifest-state.ts';

const MAGIC = 0x4e414d56;
const VERSION = 1;
const HEADER_BYTES = 8;
/** Every so many manifests one is a whole snapshot. */
export const SNAPSHOT_EVERY = 16;

/** The snapshot before the newest one and all above stay: a reader may be in the middle of the chain. */
export function firstNeededManifest(newest: number): number {
  return Math.max(1, (Math.floor(newest / SNAPSHOT_EVERY) - 1) * SNAPSHOT_EVERY);
}

export interface ManifestParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly store: ObjectStore;
  readonly newNonce: () => string;
}

/** The newest state, or undefined when there is no manifest. */
export function* readNewest(parts: ManifestParts): Job<ManifestState | undefined> {
  const newest = yield* newestNumber(parts);
  return newest === undefined ? undefined : yield* readState(parts, newest);
}

/**
 * The newest state for somebody who knows an older one: what came since is read, and nothing else where that is little. Undefined when there is none any
 * more: the newest manifest is never deleted, unless the database is.
 */
export function* readNewer(parts: ManifestParts, known: ManifestState): Job<ManifestState | undefined> {
  const numbers = yield* numbersAbove(parts, manifestName(Math.max(0, known.number - 1)));
  const newest = numbers.at(-1);
  if (newest === undefined) return undefined;
  // Old ones are deleted, and a snapshot makes what is before it needless.
  if (numbers[0] !== known.number || newest - known.number > SNAPSHOT_EVERY) return yield* readState(parts, newest);
  if (newest === known.number) return known;
  const chain = yield* readRange(parts, known.number + 1, newest);
  // Another history: the database was deleted, and made anew.
  if (chain[0]!.parentNonce !== known.nonce) return yield* readState(parts, newest);
  return chain.reduce((state, json) => ('levels' in json ? snapshotFromJson(state.number + 1, json) : applyEdits(state, json)), known);
}

/** The state that manifest n makes. What stands between it and the snapshot before is read at once. */
function* readState(parts: ManifestParts, n: number): Job<ManifestState> {
  const edits: EditsJson[] = [];
  for (let last = n; last > 0;) {
    const first = Math.max(1, last - (last % SNAPSHOT_EVERY));
    const chain = yield* readRange(parts, first, last);
    while (last >= first) {
      const json = chain[last - first]!;
      if ('levels' in json) return edits.reduceRight(applyEdits, snapshotFromJson(last, json));
      edits.push(json);
      last--;
    }
  }
  throw new StorageError('CORRUPTION', 'no manifest snapshot is left', { object: manifestName(n) });
}

function* newestNumber(parts: ManifestParts): Job<number | undefined> {
  return (yield* numbersAbove(parts)).at(-1);
}

function* numbersAbove(parts: ManifestParts, name?: string): Job<number[]> {
  return numbersOf(yield* io(parts.store, (store) => store.list(MANIFEST_PREFIX, name)));
}

function numbersOf(infos: readonly ObjectInfo[]): number[] {
  return infos.map((info) => parseManifestName(info.name)).filter((n) => n !== undefined);
}

/**
 * True when the newest manifest is that of `state`. Both questions go out at once: while the list shows nothing above, what stands under the number was not
 * deleted and made anew, so it does not matter which of them was answered first.
 */
export function* isNewest(parts: ManifestParts, state: ManifestState): Job<boolean> {
  const name = manifestName(state.number);
  const [infos, bytes] = (yield* io(parts.store, (store) =>
    allOf<ObjectInfo[] | Uint8Array | undefined>([store.list(MANIFEST_PREFIX), store.get(name)]),
  )) as [ObjectInfo[], Uint8Array | undefined];
  return numbersOf(infos).at(-1) === state.number && isOf(parts, state, bytes);
}

/** Manifests from `first` to `last`, both of them too. */
function* readRange(parts: ManifestParts, first: number, last: number): Job<(SnapshotJson | EditsJson)[]> {
  const names = Array.from({ length: last - first + 1 }, (_, i) => manifestName(first + i));
  const found = yield* io(parts.store, (store) => allOf(names.map((name) => store.get(name))));
  return found.map((bytes, i) => {
    if (bytes === undefined) throw new StorageError('CORRUPTION', 'a manifest of the chain is missing', { object: names[i]! });
    return decodeManifest(parts, first + i, bytes);
  });
}

/** The JSON of manifest n. */
export function decodeManifest(
  parts: Pick<ManifestParts, 'heap' | 'kernels'>,
  n: number,
  bytes: Uint8Array,
  object = manifestName(n),
): SnapshotJson | EditsJson {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new StorageError('CORRUPTION', 'not a manifest', { object, offset: 0 });
  }
  const version = view.getUint16(4, true);
  if (version !== VERSION) throw unreadable('manifest', `format=${version}`, { object });
  const record = view.getUint16(6, true) === 0 ? decodeRecord(parts.heap, parts.kernels, bytes.subarray(HEADER_BYTES), n) : undefined;
  if (record === undefined) throw new StorageError('CORRUPTION', 'manifest is damaged', { object, offset: HEADER_BYTES });
  if (record.type !== RECORD_EDIT && record.type !== RECORD_SNAPSHOT) {
    throw unreadable('manifest', `type=${record.type}`, { object });
  }
  const json = parseJson(object, record.payload);
  if ('levels' in json !== (record.type === RECORD_SNAPSHOT)) {
    throw new StorageError('CORRUPTION', 'manifest is not what it says', { object });
  }
  return json;
}

function parseJson(object: string, bytes: Uint8Array): SnapshotJson | EditsJson {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof json === 'object' && json !== null) return json as SnapshotJson | EditsJson;
  } catch {
    // Told as what it is: damage.
  }
  throw new StorageError('CORRUPTION', 'manifest is no JSON object', { object });
}

/** The manifests as their writer sees them. Commits come one after the other (the caller holds a mutex). */
export class Manifest {
  readonly #parts: ManifestParts;
  #state: ManifestState;
  /** The state whose manifest is being created. */
  #committing: ManifestState | undefined;
  /** Names of the newest manifest and of the next. */
  #name = '';
  #nextName = '';

  constructor(parts: ManifestParts, state: ManifestState) {
    this.#parts = parts;
    this.#state = state;
    this.#install(state);
  }

  #install(state: ManifestState): void {
    this.#state = state;
    this.#name = manifestName(state.number);
    this.#nextName = manifestName(state.number + 1);
  }

  get state(): ManifestState {
    return this.#state;
  }

  /** Creates the next manifest. `term` is given by a claim only. */
  *commit(edits: readonly EditJson[], term = this.#state.term): Job<ManifestState> {
    return yield* this.#commit(edits, term, createManifest);
  }

  /** The same without a look above it: whoever calls this asks next whether it is the newest. */
  *commitBeforeLook(edits: readonly EditJson[], term: number): Job<ManifestState> {
    return yield* this.#commit(edits, term, putManifest);
  }

  *#commit(edits: readonly EditJson[], term: number, create: typeof createManifest): Job<ManifestState> {
    const json: EditsJson = { term: String(term), nonce: this.#parts.newNonce(), parentNonce: this.#state.nonce, edits: [...edits] };
    const next = applyEdits(this.#state, json);
    this.#committing = next;
    try {
      yield* create(this.#parts, next, next.number % SNAPSHOT_EVERY === 0 ? snapshotToJson(next) : json);
    } finally {
      this.#committing = undefined;
    }
    this.#install(next);
    return next;
  }

  /**
   * Has another writer gone on from here? Asked after every append. Its first manifest follows ours directly, and is deleted after ours only
   * (docs/PROTOCOL.md, rule 4): so either it is there, or ours is not. Asked in this order: at the same time ours might be seen before it is deleted, and
   * the next one be looked for when it is.
   */
  isOvertaken(): MaybePromise<boolean> {
    const next = this.#state.number + 1;
    return andThen(this.#has(this.#nextName), (above) => (above ? this.#isForeign(next) : this.#isGone()));
  }

  /** Manifest n is there. Our own commits may begin and end while we look. */
  #isForeign(n: number): MaybePromise<boolean> {
    if (n <= this.#state.number) return this.isOvertaken();
    const mine = this.#committing;
    if (mine?.number !== n) return true;
    const door = this.#parts.store.sync ?? this.#parts.store;
    return andThen(door.get(manifestName(n)), (bytes) => {
      if (n <= this.#state.number) return this.isOvertaken();
      if (bytes === undefined || decodeManifest(this.#parts, n, bytes).nonce !== mine.nonce) return true;
      return andThen(this.#has(manifestName(n + 1)), (above) => (above ? this.#isForeign(n + 1) : this.#isGone()));
    });
  }

  #isGone(): MaybePromise<boolean> {
    const mine = this.#name;
    return andThen(this.#has(mine), (there) => !there && (mine === this.#name || this.isOvertaken()));
  }

  #has(name: string): MaybePromise<boolean> {
    return (this.#parts.store.sync ?? this.#parts.store).has(name);
  }
}

/** Creates a manifest object, or throws `FENCED`. */
export function* createManifest(parts: ManifestParts, state: ManifestState, json: SnapshotJson | EditsJson): Job<void> {
  yield* putManifest(parts, state, json);
  // A zombie may re-create a number that was deleted: anything above means that history went on without us.
  const name = manifestName(state.number);
  const above = yield* io(parts.store, (store) => store.list(MANIFEST_PREFIX, name));
  if (above.length > 0) throw fenced(name);
}

function* putManifest(parts: ManifestParts, state: ManifestState, json: SnapshotJson | EditsJson): Job<void> {
  const name = manifestName(state.number);
  const bytes = encodeManifest(parts, state.number, json);
  const won = yield* io(parts.store, (store) => store.putIfAbsent(name, bytes));
  if (!won && !(yield* isMine(parts, state))) throw fenced(name);
}

/** A lost acknowledgement looks like a lost race: the nonce tells. A manifest that is gone was overtaken. */
function* isMine(parts: ManifestParts, state: ManifestState): Job<boolean> {
  return isOf(parts, state, yield* io(parts.store, (store) => store.get(manifestName(state.number))));
}

/** `bytes` are the manifest of this state. */
function isOf(parts: ManifestParts, state: ManifestState, bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return false;
  const { nonce, term } = decodeManifest(parts, state.number, bytes);
  return nonce === state.nonce && term === String(state.term);
}

/** The bytes of manifest n. */
export function encodeManifest(
  parts: Pick<ManifestParts, 'heap' | 'kernels'>,
  n: number,
  json: SnapshotJson | EditsJson,
): Uint8Array<ArrayBuffer> {
  const type = 'levels' in json ? RECORD_SNAPSHOT : RECORD_EDIT;
  const record = encodeRecord(parts.heap, parts.kernels, type, new TextEncoder().encode(JSON.stringify(json)), n);
  const bytes = new Uint8Array(HEADER_BYTES + record.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  bytes.set(record, HEADER_BYTES);
  return bytes;
}
