// Making a pin that holds: the object is created, and then it is looked whether it came in time (docs/PROTOCOL.md, rule 12).

import { StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import type { Random } from '../base/random.ts';
import { manifestRoom, readState } from '../inspect/manifest.ts';
import { runJob } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { encodePin, listPins, readPins, type Pin } from '../version/pin.ts';

/** The pins of a store, or those of a name. */
export async function pinsOf(store: ObjectStore, name?: string): Promise<Pin[]> {
  return runJob(readPins({ ...manifestRoom(), store }, await runJob(listPins(store, name))));
}

/**
 * Makes a pin. Undefined when it came late, so that objects of its state may have gone: nothing is left of it then.
 *
 * @throws StorageError `CONFLICT` when there is one of that name. Of two who make one at once both may be told so, but never both succeed: each looks for
 * the other when its own is there.
 */
export async function placePin(
  store: ObjectStore,
  pin: Omit<Pin, 'object'>,
  random: Random,
  isKept: () => Promise<boolean> = () => isAboveFloor(store, pin.state),
): Promise<Pin | undefined> {
  await assertFree(store, pin);
  const { object, bytes } = encodePin(manifestRoom(), pin, randomHex(random, 16));
  try {
    await store.put(object, bytes);
    const kept = await isKept();
    const isAlone = (await runJob(listPins(store, pin.name))).every((other) => other === object);
    if (kept && isAlone) return { ...pin, object };
    await store.delete([object]);
    if (!isAlone) throw taken(pin.name);
    return undefined;
  } catch (error) {
    // Nobody is told of it: it would stay for ever.
    await (async () => store.delete([object]))().catch(() => undefined);
    throw error;
  }
}

/** What the newest manifest still names when the pin is there can go only after it was looked for pins again. */
async function isAboveFloor(store: ObjectStore, state: ManifestState): Promise<boolean> {
  const newest = await readState(store);
  return newest !== undefined && newest.database === state.database && newest.floor <= state.number;
}

/** Those whose time is over make room. */
async function assertFree(store: ObjectStore, { name, madeAt }: Omit<Pin, 'object'>): Promise<void> {
  const there = await pinsOf(store, name);
  const over = there.filter(({ until = Infinity }) => until <= madeAt).map(({ object }) => object);
  if (over.length > 0) await store.delete(over);
  if (over.length < there.length) throw taken(name);
}

const taken = (name: string): StorageError =>
  new StorageError('CONFLICT', `there is a checkpoint of that name: choose another, or delete it first: name=${name}`);
