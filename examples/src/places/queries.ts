// Questions to the places, with the time that each answer took.

import { count, heading, line, rate, timed } from './report.ts';
import type { PlacesDatabase } from './places-database.ts';

/** Asks everything and prints the answers. */
export async function askQuestions({ db, latitude }: PlacesDatabase): Promise<void> {
  heading('Queries');
  const oslo = await timed(() => db.scan({ prefix: ['NO', 'Oslo'] }).first());
  line("first of prefix ['NO', 'Oslo']", oslo.value === undefined ? 'none' : `${oslo.value[1].lat}, ${oslo.value[1].lng}`, oslo.ms);

  const key = oslo.value?.[0] ?? (['NO', 'Oslo', 0] as const);
  const again = await timed(() => db.get(key));
  line(`get ['NO', 'Oslo', ${key[2]}]`, again.value === undefined ? 'none' : `${again.value.lat}, ${again.value.lng}`, again.ms);

  const iceland = await timed(() => db.scan({ prefix: ['IS'] }).all());
  line("prefix ['IS']: Iceland", `${count(iceland.value.length)} places`, iceland.ms);

  const range = await timed(() => countKeys(db.scan({ prefix: ['FR'], gte: ['FR', 'Saint', 0], lt: ['FR', 'Sainu', 0] }).keys()));
  line("range of names 'Saint...' in France", `${count(range.value)} places`, range.ms);

  const last = await timed(() => db.scan({ prefix: ['JP'], reverse: true, limit: 3 }).all());
  line("last three of prefix ['JP'], backwards", last.value.map(([[, name]]) => name).join(', '), last.ms);

  const north = await timed(() => latitude.scan({ reverse: true, limit: 1 }).first());
  line('northernmost place, by the index', north.value === undefined ? 'none' : `${north.value[1]} (${north.value[0][0]}°)`, north.ms);

  const equator = await timed(() => countKeys(latitude.scan({ gte: [-1, 0], lt: [1, 0] }).keys()));
  line('within one degree of the equator', `${count(equator.value)} places`, equator.ms);

  const everything = await timed(async () => {
    let entries = 0;
    for await (const batch of db.scan().batches()) entries += batch.length;
    return entries;
  });
  line('scan of every place', `${count(everything.value)} places, ${rate(everything.value, everything.ms)}`, everything.ms);
}

async function countKeys(keys: AsyncIterable<unknown>): Promise<number> {
  let counted = 0;
  for await (const _ of keys) counted++;
  return counted;
}
