// What a database is copied, pinned or cloned from.

import { SPACE, type BatchTarget } from '../db/batch.ts';
import type { Engine } from '../db/engine.ts';

/** Any open database is one. */
export interface ImageSource extends BatchTarget<never, never> {
  flush(): Promise<void>;
}

/** The engine of an open database, everything written before in its SSTs. */
export async function flushedEngine(db: ImageSource): Promise<Engine> {
  await db.flush();
  const engine = db[SPACE].owner as Engine;
  engine.assertOpen();
  return engine;
}

/** Is it an open database, and not a store? */
export function isOpenDatabase(of: object): of is ImageSource {
  return SPACE in of;
}
