// The program that start.ts kills: imports the places into the directory it is given, and says so after every batch that was acknowledged, before it goes
// on. It never ends by itself.

import { writeSync } from 'node:fs';
import { readPlaces } from './places/data-set.ts';
import { importPlaces, openPlaces } from './places/places-database.ts';

const BATCH_PLACES = 50;
const STANDARD_OUTPUT = 1;

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new TypeError('the directory of the database is missing');
await importPlaces(await openPlaces(directory), readPlaces(), BATCH_PLACES, (written) => {
  writeSync(STANDARD_OUTPUT, `acknowledged ${written}.\n`);
});
setInterval(() => undefined, 60_000);
