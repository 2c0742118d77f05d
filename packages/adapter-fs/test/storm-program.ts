// The writer of a storm, in a process of its own: it goes on with the operations of its round until it is killed, and tells each one that was
// acknowledged, after it was.
//
//   storm-program <directory> <seed> <round> <first operation> <memory budget>
//
// It tells `{"opening":true}`, `{"open":true}`, then numbers of operations, `{"event":...}` for flushes and compactions, `{"error":...}` at last.

import { open, seededRandom, StorageError, utf8, type WriteOptions } from '@varve/core';
import { fsStore } from '../src/index.ts';
import { mixed, operationAt, valueBytes, type Operation } from './storm-operations.ts';
import { tell } from './tell.ts';

const [directory, ...numbers] = process.argv.slice(2);
const [seed, round, first, memoryBudgetBytes] = numbers.map(Number);
const BURST = 64;
const MOST_PENDING = 300;

function fail(error: unknown): never {
  tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}

tell({ opening: true });
const db = await open(fsStore(directory), {
  keys: utf8,
  memoryBudgetBytes,
  onEvent(event) {
    if (event.kind === 'flush' || event.kind === 'compaction') tell({ event: event.kind });
    if (event.kind === 'failed') fail(event.error);
  },
}).catch(fail);
tell({ open: true });

const random = seededRandom(mixed(seed, round, 0x5717));
const pending = new Set<Promise<void>>();
let next = first;

const upTo = (count: number) => 1 + (random.uint32() % count);
const take = (): Operation => operationAt(seed, round, next++);
const value = (operation: Operation): Uint8Array => valueBytes(seed, operation.changes[0].key, operation.changes[0].value!);

/** What is acknowledged with `memory` may be lost, so nobody is told. */
function acknowledged({ n, durability }: Operation): void {
  if (durability !== 'memory') tell(n);
}

function issue(operation: Operation): Promise<unknown> {
  const options: WriteOptions = { durability: operation.durability };
  const [{ key, value: writer }] = operation.changes;
  if (!operation.batch) return writer === undefined ? db.delete(key, options) : db.put(key, value(operation), options);
  const batch = db.batch();
  for (const change of operation.changes) {
    if (change.value === undefined) batch.delete(change.key);
    else batch.put(change.key, valueBytes(seed, change.key, change.value));
  }
  return db.write(batch, options);
}

/** Issues a write and waits for nothing. */
function begin(operation: Operation): void {
  const done: Promise<void> = issue(operation).then(() => {
    acknowledged(operation);
    pending.delete(done);
  }, fail);
  pending.add(done);
}

/** Writes synchronously; batches have no such call and are begun. A promise where the writer has no room before what was begun is done. */
function writeNow(operation: Operation): Promise<void> | undefined {
  if (operation.batch) {
    begin(operation);
    return undefined;
  }
  try {
    putOrDeleteSync(operation);
    acknowledged(operation);
    return undefined;
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'UNAVAILABLE') throw error;
    return Promise.all([turn(), ...pending]).then(() => writeNow(operation));
  }
}

async function writeManyNow(count: number): Promise<void> {
  for (let i = count; i > 0; i--) {
    const waiting = writeNow(take());
    if (waiting !== undefined) await waiting;
  }
}

function putOrDeleteSync(operation: Operation): void {
  const { durability, changes } = operation;
  const [{ key, value: writer }] = changes;
  if (writer === undefined) db.deleteSync(key, { durability });
  else db.putSync(key, value(operation), { durability });
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The manners of writing, of which each is used for a while. */
const manners: readonly (() => Promise<void>)[] = [
  async function oneAfterTheOther() {
    for (let i = upTo(40); i > 0; i--) {
      const operation = take();
      await issue(operation);
      acknowledged(operation);
    }
  },
  async function bursts() {
    for (let bursting = upTo(6); bursting > 0; bursting--) {
      for (let i = 0; i < BURST; i++) begin(take());
      while (pending.size > MOST_PENDING) await Promise.race(pending);
    }
  },
  async function burstsWithTurns() {
    for (let bursting = upTo(6); bursting > 0; bursting--) {
      for (let i = 0; i < BURST; i++) begin(take());
      await turn();
      while (pending.size > MOST_PENDING) await Promise.race(pending);
    }
  },
  async function synchronously() {
    await writeManyNow(upTo(200));
    await turn();
  },
  async function synchronouslyInBursts() {
    for (let i = upTo(BURST); i > 0; i--) begin(take());
    await writeManyNow(upTo(BURST));
    for (let i = upTo(BURST); i > 0; i--) begin(take());
    await Promise.all(pending);
  },
];

/** What goes on beside the writes. */
function beside(): void {
  const dice = random.uint32() % 100;
  if (dice === 0) void db.flush().catch(fail);
  if (dice === 1) void db.compact().catch(fail);
  if (dice < 5) void db.sync().catch(fail);
}

for (;;) {
  beside();
  await manners[random.uint32() % manners.length]().catch(fail);
}
