// State in a bucket, for scripts that run now here and now there: Deno, Bun, Node. Where it is and who asks comes from the environment:
//
//   BUCKET='s3://bucket/state?region=eu-north-1' AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... node bucket.ts

import { open, openReader, structured, tuple } from '@varve/core';
import { s3Store } from '@varve/adapter-s3-fetch';

const { BUCKET = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = process.env;
const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
const codecs = { keys: tuple.any, values: structured<unknown>() };

await using db = await open(s3Store(BUCKET, { credentials }), codecs);

// Each run is an entry. A write is acknowledged when the bucket has it, and many at once cost no more than one: await them together.
const runs = (await db.scan({ prefix: ['run'] }).all()).length;
await Promise.all([
  db.put(['run', runs], { at: new Date(), by: globalThis.navigator?.userAgent ?? 'Node' }),
  db.put(['last'], runs),
  ...Array.from({ length: 100 }, (_, i) => db.put(['measured', runs, i], { value: i * i, tags: new Set(['square']) })),
]);
console.log(`run ${runs}`);

// Somebody else, who only reads, sees what was acknowledged: nothing has to be flushed for them.
await using reader = await openReader(s3Store(BUCKET, { credentials }), { ...codecs, follow: 'log' });
console.log(
  `measured ${(await reader.scan({ prefix: ['measured', runs] }).all()).length}, the last:`,
  await reader.get(['measured', runs, 99]),
);
