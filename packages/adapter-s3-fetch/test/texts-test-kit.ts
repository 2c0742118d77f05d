// The databases of tests. Nothing of a test runner here: workers use it too.

import { open, utf8, type Database, type ObjectStore } from '@varve/core';

export type TextDatabase = Database<ObjectStore, string, string, string, string, string>;

/** A database of texts in the smallest memory, so that some hundred writes fill many tables. */
export function openTexts(store: ObjectStore, takeover: 'fail' | 'wait' | 'now' = 'fail'): Promise<TextDatabase> {
  return open(store, { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20, takeover });
}
