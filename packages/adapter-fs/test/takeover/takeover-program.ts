// Writer and checker of a storm of takeovers, in processes of their own.
//
//   takeover-program write <directory> <seed> <memory budget> <round> <fail|now> <closes after so many acknowledgements, or 0>
//   takeover-program check <directory> <seed> <memory budget>
//
// A writer tells `{"opening":true}`, what it finds as `{"found":...}`, numbers of operations as they are acknowledged, `{"event":...}`, and at its end one of
// `{"refused":...}` (it could not open), `{"fenced":...}`, `{"closed":true}`, `{"error":...}`. It writes until it is fenced, killed, or closes by itself.

import { open, StorageError, utf8 } from '@varve/core';
import { fsStore } from '../../src/index.ts';
import { leftoversIn } from '../leftovers.ts';
import { writerOf } from '../storm-operations.ts';
import { StormWriter, type StormDatabase, type StormListener } from '../storm-writer.ts';
import { tell } from '../tell.ts';
import type { Checked, Fenced, Found, Refusal, Rejection } from './takeover-messages.ts';

const [action, directory, ...rest] = process.argv.slice(2);
const [seed, memoryBudgetBytes, round] = rest.map(Number);
const takeover = rest[3] === 'now' ? 'now' : 'fail';
const closesAfter = Number(rest[4]);
const QUIET_TURNS = 200;

function fail(error: unknown): never {
  tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}

/** Every value, read and checked to its last byte. */
async function allOf(db: StormDatabase): Promise<Found['entries']> {
  const found: [string, string][] = [];
  for await (const entries of db.scan().batches()) {
    for (const [key, bytes] of entries) {
      const writer = writerOf(seed, key, bytes);
      if (writer === undefined) throw new Error(`a value is not what was written key=${key} bytes=${bytes.length}`);
      found.push([key, writer]);
    }
  }
  return found;
}

function codeOf(error: unknown): string {
  if (!(error instanceof StorageError)) return fail(error);
  return error.code;
}

const outcome = async (attempt: () => unknown): Promise<string> => {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    return codeOf(error);
  }
};

/** Who is fenced before it has written anything was refused as well. */
async function openAndLook(): Promise<{ db: StormDatabase; found: Found } | undefined> {
  let db: StormDatabase | undefined;
  try {
    db = await open(fsStore(directory), { keys: utf8, memoryBudgetBytes, takeover, onEvent });
    return { db, found: { term: db.stats().term, entries: await allOf(db) } };
  } catch (error) {
    tell({ refused: { code: codeOf(error), message: (error as Error).message } satisfies Refusal });
    await db?.close();
    return undefined;
  }
}

function onEvent({ kind }: { readonly kind: string }): void {
  if (kind === 'flush' || kind === 'compaction') tell({ event: kind });
}

class Listener implements StormListener {
  readonly rejections: Rejection[] = [];
  count = 0;

  acknowledged(n: number): void {
    this.count++;
    tell(n);
  }

  rejected(n: number, error: unknown): void {
    const { cause } = error as Error;
    this.rejections.push({ n, code: codeOf(error), cause: cause instanceof StorageError ? cause.code : undefined });
  }

  failedBeside(error: unknown): void {
    if (codeOf(error) !== 'FENCED') fail(error);
  }
}

/** What a fenced handle says to further calls. Whatever it still has may be read. */
async function callsAfter(db: StormDatabase): Promise<Fenced['after']> {
  return {
    put: await outcome(() => db.put('later', new Uint8Array(1))),
    putSync: await outcome(() => db.putSync('later', new Uint8Array(1))),
    batch: await outcome(() => db.write(db.batch().put('later', new Uint8Array(1)))),
    flush: await outcome(() => db.flush()),
    sync: await outcome(() => db.sync()),
    get: await outcome(() => db.get('key-000001')),
    close: await outcome(() => db.close()),
  };
}

async function write(): Promise<void> {
  tell({ opening: true });
  const opened = await openAndLook();
  if (opened === undefined) return;
  const { db, found } = opened;
  tell({ found });
  const listener = new Listener();
  const writer = new StormWriter(db, { seed, round, first: 1 }, listener);
  while (listener.rejections.length === 0) {
    await writer.write();
    if (closesAfter > 0 && listener.count >= closesAfter) break;
  }
  await writer.settle();
  if (listener.rejections.length > 0) {
    tell({ fenced: { rejections: listener.rejections, after: await callsAfter(db) } satisfies Fenced });
    return;
  }
  await db.close();
  tell({ closed: true });
}

async function check(): Promise<void> {
  const db = await open(fsStore(directory), { keys: utf8, memoryBudgetBytes });
  const { term } = db.stats();
  const entries = await allOf(db);
  for (const [key, writer] of entries) {
    const bytes = db.getSync(key);
    if (bytes === undefined || writerOf(seed, key, bytes) !== writer) throw new Error(`get and scan differ key=${key}`);
  }
  await quiet(db);
  const { problems } = await db.verify();
  const leftovers = await leftoversIn(directory);
  await db.close();
  const checked: Checked = { found: { term, entries }, problems: problems.map(({ message }) => message), leftovers };
  tell({ checked });
}

/** Until nothing is begun any more, also by what has ended. */
async function quiet(db: StormDatabase): Promise<void> {
  for (let turns = 0; turns < QUIET_TURNS; turns++) {
    await db.idle();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

await (action === 'write' ? write() : check()).catch(fail);
