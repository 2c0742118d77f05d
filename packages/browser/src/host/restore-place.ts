// Puts another database in the place of one. It is written beside it and read through before the old one goes, so that an import that fails changes nothing.

import { open, StorageError, type ObjectStore } from '@varve/core';
import { restoreObjects, type ObjectSource } from '@varve/core/copy';
import { readState } from '@varve/core/inspect';
import { chooseBackEnd, storeAt } from './back-end.ts';
import type { Ask } from './back-ends.ts';
import { removeOthers } from './delete-place.ts';
import { replacePlace } from './places.ts';
import { rawCodec } from './raw-codec.ts';

export async function restorePlace(name: string, ask: Ask): Promise<void> {
  const old = await chooseBackEnd(name, 'throw');
  await old.store.close?.();
  const { backEnd, generation } = old.place!;
  await removeOthers(name, old.place!);
  const place = { backEnd, generation: generation + 1 };
  const store = storeAt(name, place);
  try {
    await restoreObjects(objectsOf(ask), store);
    await readThrough(store);
  } finally {
    await store.close?.();
  }
  await replacePlace(name, place);
  await removeOthers(name, place);
}

/** Opens the database as any worker will, and reads every byte of it. */
async function readThrough(store: ObjectStore): Promise<void> {
  const root = (await readState(store))?.keySpaces.find(({ name }) => name === '');
  const db = await open(store, { keys: rawCodec(root?.keys ?? 'bytes'), values: rawCodec(root?.values ?? 'bytes') });
  try {
    const { problems } = await db.verify();
    const [first] = problems;
    if (first === undefined) return;
    throw new StorageError('CORRUPTION', `the file is damaged, nothing was changed: ${first.message}`, { object: first.object });
  } finally {
    await db.close();
  }
}

async function* objectsOf(ask: Ask): AsyncGenerator<ObjectSource> {
  for (;;) {
    const { object } = await ask('object');
    if (object === undefined) return;
    yield { ...object, pieces: piecesOf(ask) };
  }
}

async function* piecesOf(ask: Ask): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { piece } = await ask('piece');
    if (piece === undefined) return;
    yield piece;
  }
}
