// `npm run quickstart`: imports the places of the world, asks questions, and proves that a killed writer loses nothing it was told to be written. The database lies
// in a temporary directory that is removed at the end; `npm run quickstart -- ./data` keeps it there.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemRandom } from '@varve/core';
import { crash } from './places/crash.ts';
import { ATTRIBUTION, readPlaces, type Place } from './places/data-set.ts';
import { importPlaces, openPlaces, type PlacesDatabase } from './places/places-database.ts';
import { askQuestions } from './places/queries.ts';
import { count, heading, line, progress, rate, time, timed } from './places/report.ts';

const BATCH_PLACES = 500;

const kept = process.argv[2];
const scratch = mkdtempSync(join(tmpdir(), 'varve-start-'));
const directory = kept === undefined ? join(scratch, 'places') : resolve(kept, 'places');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    rmSync(scratch, { recursive: true, force: true });
    process.exit(1);
  });
}

try {
  console.log(`Varve on ${runtime()}\n${ATTRIBUTION}`);
  const places = readPlaces();
  await importAndAsk(places);
  await crashAndLook(places);
  if (kept !== undefined) console.log(`\nThe database stays in ${directory}: try  node packages/cli/dist/bin.js ${directory} stats`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function importAndAsk(places: readonly Place[]): Promise<void> {
  const opened = await openPlaces(directory);
  try {
    await importAll(opened, places);
    await askQuestions(opened);
    await showLevels(opened);
  } finally {
    await opened.db.close();
  }
}

async function importAll(opened: PlacesDatabase, places: readonly Place[]): Promise<void> {
  heading(`Import into ${directory}`);
  const { ms } = await timed(() => importPlaces(opened, places, BATCH_PLACES, (written) => progress(written, places.length)));
  line(`${count(places.length)} places, each with an index entry`, `${rate(places.length * 2, ms)} entries`, ms);
  line('made durable (sync)', '', (await timed(() => opened.db.sync())).ms);
}

async function showLevels({ db }: PlacesDatabase): Promise<void> {
  heading('What lies on the disk');
  const compaction = await timed(() => db.compact());
  for (const { level, ssts, bytes, entries } of db.stats().levels) {
    if (ssts > 0) line(`level ${level}: ${ssts} SSTs, ${count(entries)} entries`, `${(bytes / 2 ** 20).toFixed(1)} MiB`);
  }
  line('merged into one level (compact)', '', compaction.ms);
  const { value, ms } = await timed(() => db.verify());
  line(`${count(value.blocks)} blocks verified`, value.ok ? 'sound' : `${value.problems.length} problems`, ms);
  if (!value.ok) process.exitCode = 1;
}

async function crashAndLook(places: readonly Place[]): Promise<void> {
  // Somewhere in the middle, at another place each time.
  const killAfter = Math.floor(places.length * (0.2 + (0.5 * systemRandom.uint32()) / 2 ** 32));
  heading('Crash');
  const report = await crash(join(scratch, 'crash'), places, killAfter);
  line('a second program imports and is killed (SIGKILL)', `${count(report.acknowledged)} places acknowledged`);
  line('opened again', `${count(report.recovered)} places found`, report.reopenMs);
  line('acknowledged places that are missing', report.lost === 0 ? 'none' : `${count(report.lost)}: this must not be`);
  line('what is there is a prefix of what was written', report.isPrefix ? 'yes, index included' : 'no: this must not be');
  const good = report.lost === 0 && report.isPrefix && report.recovered >= report.acknowledged;
  if (!good) process.exitCode = 1;
  console.log(`\n${process.exitCode === 1 ? 'Something is wrong.' : `All is well, after ${time(performance.now())}.`}`);
}

function runtime(): string {
  const { deno, bun, node } = process.versions as { deno?: string; bun?: string; node: string };
  return deno !== undefined ? `Deno ${deno}` : bun !== undefined ? `Bun ${bun}` : `Node ${node}`;
}
