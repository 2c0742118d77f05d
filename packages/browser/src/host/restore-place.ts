// Puts another database in the place of one. It is written beside it and read through before the old one goes, so that an import that fails changes nothing.

import { open, StorageError, type ObjectStore } from '@varve/core';
import { restoreObjects, type ObjectSource } from '@varve/core/copy';
import { readState } from '@varve/core/inspect';
import type { RestoreAnswer, RestoreMessage, RestoreQuestion } from '../tabs/messages.ts';
import { chooseBackEnd, storeAt } from './back-end.ts';
import type { Ask } from './back-ends.ts';
import { removeOthers } from './delete-place.ts';
import { confirmPlace } from './places.ts';
import { rawCodec } from './raw-codec.ts';

export async function restorePlace({ name, memoryBudgetBytes }: RestoreMessage['restore'], ask: Ask): Promise<void> {
  const { place: old, store: oldStore } = await chooseBackEnd(name, 'throw');
  const leastTerm = await termOf(oldStore);
  await removeOthers(name, old!);
  const place = { backEnd: old!.backEnd, generation: old!.generation + 1, isConfirmed: true };
  const store = storeAt(name, place);
  try {
    await restoreObjects(objectsOf(ask), store, { leastTerm });
    await readThrough(store, memoryBudgetBytes);
  } catch (error) {
    await store.close?.();
    // The room is the old database's; if this fails as well, the next who opens or imports does it.
    await removeOthers(name, old!).catch(() => undefined);
    throw error;
  }
  await store.close?.();
  await confirmPlace(name, place);
  // From here on it is done.
  await removeOthers(name, place).catch(() => undefined);
}

/** Of a database that cannot be read there is none to come behind. */
async function termOf(store: ObjectStore): Promise<number> {
  try {
    return (await readState(store))?.term ?? 0;
  } catch {
    return 0;
  } finally {
    await store.close?.();
  }
}

/** Opens the database as any worker will, and reads every byte of it. */
async function readThrough(store: ObjectStore, memoryBudgetBytes: number | undefined): Promise<void> {
  const root = (await readState(store))?.keySpaces.find(({ name }) => name === '');
  const codecs = { keys: rawCodec(root?.keys ?? 'bytes'), values: rawCodec(root?.values ?? 'bytes') };
  const db = await open(store, { ...codecs, memoryBudgetBytes });
  try {
    const { problems } = await db.verify();
    const [first] = problems;
    if (first === undefined) return;
    throw new StorageError('CORRUPTION', `the file is damaged, nothing was changed: ${first.message}`);
  } finally {
    await db.close();
  }
}

async function* objectsOf(ask: Ask): AsyncGenerator<ObjectSource> {
  for (;;) {
    const { object } = await asked(ask, 'object');
    if (object === undefined) return;
    yield { ...object, pieces: piecesOf(ask) };
  }
}

/** One is on its way while the one before is written. */
async function* piecesOf(ask: Ask): AsyncGenerator<Uint8Array> {
  let coming = asked(ask, 'piece');
  for (;;) {
    const { piece } = await coming;
    if (piece === undefined) return;
    coming = asked(ask, 'piece');
    // Who stops here does not wait for it.
    coming.catch(() => undefined);
    yield piece;
  }
}

async function asked(ask: Ask, question: RestoreQuestion): Promise<RestoreAnswer> {
  const answer = await ask(question);
  if (answer.stop !== undefined) throw new StorageError(answer.stop.code as StorageError['code'], answer.stop.message);
  return answer;
}
