// Opens a database, says so, and holds it until its input ends.

import { Level } from '@varve/level';

const db = new Level(process.argv[2]);
await db.put('from', 'another process');
console.log('open');
process.stdin.on('end', () => void db.close()).resume();
