// The shortest program: open, write, read, scan.

import { open, json, utf8 } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';

await using db = await open(fsStore('./data/first'), { keys: utf8, values: json<{ population: number }>() });

await db.put('city/NO/Oslo', { population: 709_000 });
await db.put('city/NO/Bergen', { population: 292_000 });
await db.put('city/IS/Reykjavík', { population: 139_000 });

console.log(await db.get('city/NO/Oslo'));
for await (const [key, { population }] of db.scan({ prefix: 'city/NO/' })) console.log(key, population);
