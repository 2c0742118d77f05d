// The system's error codes in the words of StorageError: what happened, in which directory, and what to do.

import { StorageError, type StorageErrorCode } from '@varve/core';

/** Where an error happened. */
export interface ErrorPlace {
  readonly directory: string;
  readonly object?: string | undefined;
  /** What the call was about to do. */
  readonly intent: 'read' | 'write';
}

/** The system's code of an error (`ENOENT`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code;
  // Deno without --allow-read or --allow-write.
  return error instanceof Error && error.name === 'NotCapable' ? 'EACCES' : undefined;
}

/** True when something was looked for where nothing is. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/** A StorageError for what the system said; errors of other kinds are returned as they are. */
export function storageError(error: unknown, { directory, object, intent }: ErrorPlace): unknown {
  const system = codeOf(error);
  if (error instanceof StorageError || system === undefined || !/^E[A-Z0-9]+$/.test(system)) return error;
  const [code, message] = explain(system, intent);
  return new StorageError(code, `${message} error=${system} directory=${directory}`, {
    cause: error,
    ...(object !== undefined && { object }),
  });
}

function explain(system: string, intent: 'read' | 'write'): [StorageErrorCode, string] {
  switch (system) {
    case 'ENOSPC':
    case 'EDQUOT':
      return ['QUOTA', 'no space is left for the database: free some, then open again'];
    case 'EROFS':
      return ['READ_ONLY', 'the file system is mounted for reading only: mount it for writing, or open the database for reading'];
    case 'EACCES':
    case 'EPERM':
      return intent === 'write'
        ? [
            'READ_ONLY',
            `no permission to write: give ${user()} write access to the directory and all in it, or open the database for reading`,
          ]
        : ['UNAVAILABLE', `no permission to read: give ${user()} read access to the directory and all in it`];
    case 'EMFILE':
    case 'ENFILE':
      return ['UNAVAILABLE', 'too many files are open: raise the limit (ulimit -n) or close some, then retry'];
    case 'ENOENT':
      return ['UNAVAILABLE', 'the directory or a file in it has vanished: check that nothing else deletes there'];
    case 'ENOTDIR':
      return ['UNAVAILABLE', 'a file stands where a directory is needed: name another directory'];
    default:
      return ['UNAVAILABLE', 'the file system failed'];
  }
}

function user(): string {
  const uid = process.getuid?.();
  return uid === undefined ? 'this user' : `uid=${uid}`;
}
