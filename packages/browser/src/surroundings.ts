// Where a database of a page can be opened at all.

import { StorageError } from '@varve/core/codecs';

/** Throws `UNSUPPORTED` elsewhere. */
export function assertBrowser(realm: { readonly navigator?: { readonly locks?: unknown } }): void {
  const missing = ['Worker', 'BroadcastChannel', 'indexedDB'].filter((name) => !(name in realm));
  if (realm.navigator?.locks === undefined) missing.push('navigator.locks');
  if (missing.length === 0) return;
  throw new StorageError(
    'UNSUPPORTED',
    `openDatabase works in pages of a secure origin (https, or localhost), not here: ${missing.join(', ')} missing`,
  );
}
