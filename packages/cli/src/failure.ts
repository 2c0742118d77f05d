// How a command ends when it cannot do what it was asked: an exit code, a code to act on, a sentence.

import { StorageError } from '@varve/core';
import { CommanderError } from 'commander';
import { style } from './text/style.ts';

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
export const EXIT_NOT_FOUND = 3;

/** Something that the user can do something about. */
export class Failure extends Error {
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, exitCode = EXIT_FAILED) {
    super(message);
    this.name = 'Failure';
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** A mistake in the command line. */
export function usage(message: string): Failure {
  return new Failure('USAGE', message, EXIT_USAGE);
}

const LOCKED =
  'another process has this database open, and this command needs the lock that writers take. ' +
  'Close the other one (for a backup it can make one itself: archiveDatabase of @varve/archive), or use levels, dump-manifest, dump-log or dump-sst, which need no lock.';

/** Says on stderr what went wrong, and where, unless it is said already; returns the exit code. */
export function reportFailure(error: unknown, json: boolean, place?: string): number {
  if (error instanceof CommanderError) return reportParseFailure(error, json);
  const { code, exitCode, ...said } = explain(error);
  const message = place === undefined || said.message.includes(place) ? said.message : `${said.message} place=${place}`;
  if (json) console.error(JSON.stringify({ error: { code, message } }));
  else console.error(`${style(process.stderr, 'red', 'error')} ${code}: ${message}`);
  return exitCode;
}

/** Commander has said it already, unless JSON was asked for. Help that was asked for is no failure. */
function reportParseFailure(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return EXIT_OK;
  if (json && error.code !== 'commander.help') {
    console.error(JSON.stringify({ error: { code: 'USAGE', message: error.message.replace(/^error: /, '') } }));
  }
  return EXIT_USAGE;
}

function explain(error: unknown): { code: string; message: string; exitCode: number } {
  if (error instanceof Failure) return { code: error.code, message: error.message, exitCode: error.exitCode };
  if (error instanceof StorageError) {
    // Of the directory that the command works on; restore speaks of the place that it writes to.
    const isOurs = error.code === 'LOCKED' && error.message.startsWith('another writer');
    return { code: error.code, message: isOurs ? LOCKED : error.message, exitCode: EXIT_FAILED };
  }
  if (error instanceof TypeError || error instanceof RangeError) return { code: 'USAGE', message: error.message, exitCode: EXIT_USAGE };
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  if (typeof code === 'string') return { code, message: message.replace(`${code}: `, ''), exitCode: EXIT_FAILED };
  return { code: 'INTERNAL', message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: EXIT_FAILED };
}
