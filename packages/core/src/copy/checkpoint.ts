// Checkpoints: states of a database that stay readable under a name, for a time or until they are deleted. Nothing is copied: a pin keeps the SSTs
// (version/pin.ts). Anybody who may write to the store makes them, beside a writer or without one.

import { checkInteger } from '../base/argument-checks.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { StorageError } from '../base/errors.ts';
import { systemRandom, type Random } from '../base/random.ts';
import { readState } from '../inspect/manifest.ts';
import { runJob } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { listPins, type Pin } from '../version/pin.ts';
import { flushedEngine, isOpenDatabase, type ImageSource } from './image-source.ts';
import { pinsOf, placePin } from './place-pin.ts';

/** States in a row of which objects go while they are being pinned. */
const MOST_ATTEMPTS = 5;

/** A state that stays readable. */
export interface Checkpoint {
  readonly name: string;
  /** When it was made, ms, by the clock of whoever made it. */
  readonly madeAt: number;
  /** Until when it is kept, ms; undefined: until it is deleted. */
  readonly expiresAt: number | undefined;
  /** Everything up to this epoch is in it. */
  readonly epoch: bigint;
  /** Of the SSTs that it keeps. Some may be those of newer states as well. */
  readonly bytes: number;
}

/** Options of {@link createCheckpoint}. */
export interface CheckpointOptions {
  /** How long it is kept, ms. Default: until it is deleted. */
  readonly expiresInMs?: number | undefined;
  /** Where time comes from. For tests. */
  readonly clock?: Clock | undefined;
  /** Where identities come from. For tests. */
  readonly random?: Random | undefined;
}

/**
 * Keeps the newest state under a name: of an open database, everything written before included, or of a store in which a database lies, what its writer has
 * flushed. The writer goes on, and deletes nothing that the checkpoint needs. Names consist of `a-z0-9.-` and begin with a letter or digit.
 *
 * @throws StorageError `CONFLICT` when there is a checkpoint of that name, `UNAVAILABLE` when there is no database, `EXPIRED` when the writer merges faster
 * than a checkpoint is made (try again).
 *
 * @example
 * import { memoryStore, open, openReader, utf8 } from '@varve/core';
 * import { checkpointStore, createCheckpoint } from '@varve/core/checkpoint';
 * const store = memoryStore();
 * const db = await open(store, { keys: utf8, values: utf8 });
 * await db.put('city', 'Oslo');
 * await createCheckpoint(db, 'before-the-move', { expiresInMs: 7 * 86_400_000 });
 * await db.put('city', 'Bergen');
 * const then = await openReader(await checkpointStore(store, 'before-the-move'), { keys: utf8, values: utf8 });
 * console.log(await then.get('city')); // Oslo
 * await then.close();
 * await db.close();
 */
export async function createCheckpoint(of: ImageSource | ObjectStore, name: string, options: CheckpointOptions = {}): Promise<Checkpoint> {
  return described(await pinNewest(of, name, options));
}

/** Keeps the newest state, and says so as the pin that it is. */
export async function pinNewest(
  of: ImageSource | ObjectStore,
  name: string,
  { expiresInMs, clock = systemClock, random = systemRandom }: CheckpointOptions = {},
): Promise<Pin> {
  if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(name) || name.includes('..')) {
    throw new RangeError(`a checkpoint's name has letters a-z, digits, dots and hyphens, 100 at most: name=${name}`);
  }
  checkInteger('expiresInMs', expiresInMs, 1, Number.MAX_SAFE_INTEGER);
  const madeAt = clock.now();
  const until = expiresInMs === undefined ? undefined : madeAt + expiresInMs;
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const { store, state } = await newestOf(of);
    const pin = await placePin(store, { name, madeAt, until, state }, random);
    if (pin !== undefined) return pin;
  }
  throw new StorageError('EXPIRED', 'the writer merges faster than a checkpoint is made: try again');
}

/** Checkpoints of a database, the oldest state of each name first. Those whose time is over are not among them. */
export async function listCheckpoints(store: ObjectStore, clock: Clock = systemClock): Promise<Checkpoint[]> {
  const now = clock.now();
  return (await pinsOf(store)).filter(({ until = Infinity }) => until > now).map(described);
}

/** Lets go of a checkpoint: who reads it may meet `EXPIRED`. Returns whether there was one. The writer deletes its SSTs when it merges next, or opens. */
export async function deleteCheckpoint(store: ObjectStore, name: string): Promise<boolean> {
  const objects = await runJob(listPins(store, name));
  if (objects.length > 0) await store.delete(objects);
  return objects.length > 0;
}

/** The pin of a checkpoint. Throws `UNAVAILABLE` when there is none of that name, `EXPIRED` when its time is over. */
export async function checkpointPin(store: ObjectStore, name: string, clock: Clock = systemClock): Promise<Pin> {
  const [pin] = await pinsOf(store, name);
  if (pin === undefined) throw new StorageError('UNAVAILABLE', `there is no checkpoint name=${name}`);
  if ((pin.until ?? Infinity) <= clock.now()) throw new StorageError('EXPIRED', `the time of the checkpoint is over: name=${name}`);
  return pin;
}

async function newestOf(of: ImageSource | ObjectStore): Promise<{ store: ObjectStore; state: ManifestState }> {
  if (isOpenDatabase(of)) return flushedEngine(of);
  const state = await readState(of);
  if (state === undefined) throw new StorageError('UNAVAILABLE', 'there is no database here yet: whoever writes it has to open it first');
  return { store: of, state };
}

function described({ name, madeAt, until, state }: Pin): Checkpoint {
  const ssts = [...state.version.ssts()];
  const epoch = [state.flushedEpoch, ...ssts.map(({ maxEpoch }) => maxEpoch)].reduce((a, b) => (a > b ? a : b));
  const bytes = ssts.reduce((sum, { dataBytes, metaBytes }) => sum + dataBytes + metaBytes, 0);
  return { name, madeAt, expiresAt: until, epoch, bytes };
}
