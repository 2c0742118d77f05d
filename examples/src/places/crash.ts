// A second import, by a program of its own that is killed in the middle: what it was told to be written must be there afterwards, and what is there must
// be a beginning of what it wrote, in its order, in both key spaces alike.

import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { Place } from './data-set.ts';
import { openPlaces } from './places-database.ts';

/** What was found after the crash. */
export interface CrashReport {
  /** Places whose batches the killed program had seen acknowledged. */
  readonly acknowledged: number;
  /** Places that are there. */
  readonly recovered: number;
  /** Acknowledged places that are not there. */
  readonly lost: number;
  /** What is there is exactly the first so many places of the import, each with its values and its index entry. */
  readonly isPrefix: boolean;
  readonly reopenMs: number;
}

const PROGRAM = fileURLToPath(new URL(`../killed-import${extname(import.meta.url)}`, import.meta.url));

/** Lets the program import into `directory`, kills it once `killAfter` places are acknowledged, and looks at what is left. */
export async function crash(directory: string, places: readonly Place[], killAfter: number): Promise<CrashReport> {
  return lookAt(directory, places, await importUntilKilled(directory, killAfter));
}

/** Compares what is there with what was written and acknowledged. */
export async function lookAt(directory: string, places: readonly Place[], acknowledged: number): Promise<CrashReport> {
  const start = performance.now();
  const opened = await openPlaces(directory);
  const reopenMs = performance.now() - start;
  try {
    const found = new Map<number, string>();
    for await (const [[country, name, id], { lat, lng }] of opened.db.scan()) found.set(id, `${country} ${name} ${lat} ${lng}`);
    const indexed = new Map<number, string>();
    for await (const [[lat, id], text] of opened.latitude.scan()) indexed.set(id, `${text} ${lat}`);
    const expected = places.slice(0, found.size);
    return {
      acknowledged,
      recovered: found.size,
      lost: places.slice(0, acknowledged).filter(({ id }) => !found.has(id)).length,
      isPrefix:
        indexed.size === found.size &&
        expected.every(
          ({ id, country, name, lat, lng }) =>
            found.get(id) === `${country} ${name} ${lat} ${lng}` && indexed.get(id) === `${name}, ${country} ${lat}`,
        ),
      reopenMs,
    };
  } finally {
    await opened.db.close();
  }
}

/** Number of places that the program had reported as acknowledged before it died. */
async function importUntilKilled(directory: string, killAfter: number): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, PROGRAM, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => resolve(signal));
  });
  let acknowledged = 0;
  for await (const text of createInterface({ input: child.stdout })) {
    // A line that was cut by the crash tells nothing.
    const written = /^acknowledged (\d+)\.$/.exec(text)?.[1];
    if (written !== undefined) acknowledged = Number(written);
    if (acknowledged >= killAfter) child.kill('SIGKILL');
  }
  const signal = await ended;
  if (signal !== 'SIGKILL') throw new Error(`the importing program ended by itself, after ${acknowledged} acknowledged places`);
  return acknowledged;
}
