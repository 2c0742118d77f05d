// A snapshot is one moment of the database, to read from while writes go on.

import { open, json, utf8 } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';

await using db = await open(fsStore('./data/snapshots'), { keys: utf8, values: json<number>() });
await db.putMany([['apples', 3] as const, ['pears', 5] as const]);

const before = db.snapshot();
try {
  await db.put('apples', 99);
  await db.delete('pears');
  console.log('then:', await before.scan().all());
  console.log('now: ', await db.scan().all());
} finally {
  before.close(); // Old versions are kept for as long as it is open.
}

// Reading, changing and writing one key as one step, whoever else writes it meanwhile.
await Promise.all(Array.from({ length: 10 }, () => db.update('apples', (old = 0) => old + 1)));
console.log('apples:', await db.get('apples'));
