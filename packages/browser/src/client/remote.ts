// What key spaces, snapshots and watches of one database share in a page.

import type { FrameReader } from '../wire/frame-reader.ts';
import type { Connection } from './connection.ts';

export interface Remote {
  readonly connection: Connection;
  /** Numbers of key spaces, snapshots, cursors and watches. */
  readonly newNumber: () => number;
  readonly watches: Map<number, { readonly read: (frame: FrameReader) => void; readonly skipped: () => void; readonly end: () => void }>;
}

/** Waits no longer than the signal says. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
