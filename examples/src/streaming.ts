// A million entries from a stream: putMany gathers them into batches, and the stream waits when the disk does.

import { open, tuple, utf8 } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';

const ENTRIES = Number(process.argv[2] ?? 1_000_000);

/** Stands for a file, a socket, a query: anything that can be iterated. */
async function* measurements() {
  for (let i = 0; i < ENTRIES; i++) yield [['sensor', i % 100, i], `value ${i}`] as const;
}

await using db = await open(fsStore('./data/streaming'), { keys: tuple('string', 'number', 'number'), values: utf8 });

const start = performance.now();
const written = await db.putMany(measurements());
await db.sync(); // Now they survive a power cut as well.
const seconds = (performance.now() - start) / 1000;
console.log(`${written} entries in ${seconds.toFixed(2)} s`);

// Keys sort by their parts, numbers as numbers: all of sensor 7, newest first.
for await (const [[, , i], value] of db.scan({ prefix: ['sensor', 7], reverse: true, limit: 3 })) console.log(i, value);

// The fastest way through a large range: entries as they come from storage, many at a time.
let counted = 0;
for await (const batch of db.scan({ prefix: ['sensor'] }).batches()) counted += batch.length;
console.log(`${counted} entries counted`);
