// The proof can fail: what is missing or out of order is seen.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lookAt } from './crash.ts';
import { readPlaces } from './data-set.ts';
import { importPlaces, openPlaces } from './places-database.ts';

const base = mkdtempSync(join(tmpdir(), 'varve-crash-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const places = readPlaces().slice(0, 1000);

it('is content with a prefix that holds all that was acknowledged', async () => {
  const directory = join(base, 'good');
  const opened = await openPlaces(directory);
  await importPlaces(opened, places.slice(0, 600), 50, () => undefined);
  await opened.db.close();
  expect(await lookAt(directory, places, 550)).toMatchObject({ acknowledged: 550, recovered: 600, lost: 0, isPrefix: true });
  expect(await lookAt(directory, places, 650)).toMatchObject({ lost: 50 });
});

it('sees a place that is missing, and an index that disagrees', async () => {
  const directory = join(base, 'bad');
  const opened = await openPlaces(directory);
  await importPlaces(opened, places, 50, () => undefined);
  const { country, name, id, lat } = places[500];
  await opened.latitude.delete([lat, id]);
  await opened.db.close();
  expect(await lookAt(directory, places, 1000)).toMatchObject({ lost: 0, isPrefix: false });
  const again = await openPlaces(directory);
  await again.db.delete([country, name, id]);
  await again.db.close();
  expect(await lookAt(directory, places, 1000)).toMatchObject({ recovered: 999, lost: 1, isPrefix: false });
});
