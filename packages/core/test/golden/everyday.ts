// The golden database that has a little of everything: SSTs on three levels with stored and packed blocks, tombstones, versions that a snapshot held, large
// values, long keys, every codec; a manifest snapshot with edits behind it; a log of three segments, the last one open.

import { SNAPSHOT_EVERY } from '../../src/version/manifest.ts';
import type { Notation } from './notation.ts';
import type { Image } from '../rot/image.ts';
import { Workshop, type Operation } from './workshop.ts';

const SEED = 1001;
const TOWNS = 120;
const READINGS = 100;
const THINGS = 'things';
const RAW = 'raw';
/** Versions of one key: more than a block holds. */
const VERSIONS = 12;

/** A key of every type and what lies at the edges of it. */
const ODD_KEYS: readonly Notation[] = [
  [],
  [{ $bytes: '' }],
  [{ $bytes: '00' }],
  [{ $bytes: '00ff' }],
  [{ $bytes: 'ff' }, 'behind'],
  [''],
  ['\0'],
  ['a', { $bigint: '-1' }],
  ['a', { $bigint: '0' }],
  ['a\0b'],
  ['snow ❄, a stone 🪨'],
  [{ $number: '-Infinity' }],
  [-1e300],
  [-1.5],
  [0],
  [5e-324],
  [2],
  [10],
  [{ $number: 'Infinity' }],
  [{ $bigint: '-18446744073709551616' }],
  [{ $bigint: '255' }],
  [{ $bigint: '256' }],
  [{ $bigint: `1${'0'.repeat(280)}` }],
  [false, 'no'],
  [true],
  [{ $date: -1 }, 1],
  [{ $date: 1_795_000_000_000 }],
];

/** A value of every type that a value can have. */
const ODD_VALUES: readonly Notation[] = [
  { $undefined: true },
  null,
  [true, false],
  [0, 63, 64, 300, -1, -64, 9_007_199_254_740_991, -9_007_199_254_740_991],
  [{ $number: '-0' }, { $number: 'NaN' }, { $number: '-Infinity' }, 1.5],
  [{ $bigint: '0' }, { $bigint: '-258' }, { $bigint: '340282366920938463463374607431768211456' }],
  ['', 'é', 'thirty-two letters and a few more, so that a count follows'],
  { $date: 1_795_000_000_000 },
  { $date: null },
  { name: 'an object', inside: { another: [1, [2, [3]]] }, '': 'no name' },
  {
    $map: [
      [{ $date: 0 }, 'a map'],
      [{ $bigint: '7' }, { $set: ['a', 1, { $undefined: true }] }],
    ],
  },
  { $bytes: '00ff10' },
  { $floats: [1.5, -2.25] },
  Array.from({ length: 20 }, (_, i) => ({ i })),
];

/** The image that the last session leaves, and who knows what it holds. */
export async function makeEveryday(): Promise<{ workshop: Workshop; image: Image }> {
  const workshop = new Workshop(SEED, { keys: 'utf8', values: 'utf8' });
  workshop.addSpace({ name: 'readings', keys: 'tuple(string,number)', values: 'json' });
  workshop.addSpace({ name: 'dropped', keys: 'utf8', values: 'utf8' });
  workshop.addSpace({ name: THINGS, keys: 'tuple(any)', values: 'structured' });
  workshop.addSpace({ name: RAW, keys: 'bytes', values: 'bytes' });
  await workshop.session(() => writeDeepest(workshop));
  await workshop.session(() => writeLevels(workshop));
  await workshop.crash(async () => {
    await workshop.put('', 'logged/1', 'in the log of a writer that died');
    await workshop.put('readings', ['oslo', 2], { logged: true }, 'synced');
    await workshop.delete('', town(3));
  });
  const image = await workshop.crash(() => writeOpenLog(workshop));
  return { workshop, image };
}

/** Versions and tombstones that a snapshot holds go down to the last level. */
async function writeDeepest(workshop: Workshop): Promise<void> {
  for (let i = 0; i < TOWNS; i++) await workshop.put('', town(i), `a town of ${i * 1000} people, the first time`);
  await workshop.batch(
    Array.from({ length: READINGS }, (_, i): Operation => ['readings', reading(i), { celsius: i / 4 - 10, at: [i, null] }]),
  );
  for (const [i, key] of ODD_KEYS.entries()) await workshop.put(THINGS, key, ODD_VALUES[i % ODD_VALUES.length]!);
  for (let i = 0; i < 8; i++) await workshop.put(RAW, { $bytes: `${i}0ff0${i}` }, { $noise: [i + 1, 200 + i * 150] });
  await workshop.put(RAW, { $bytes: '' }, { $bytes: '' });
  await workshop.put('dropped', 'never', 'seen again');
  const snapshots = [workshop.db.snapshot()];
  for (let i = 0; i < VERSIONS; i++) {
    await workshop.put(RAW, { $bytes: 'ee' }, { $noise: [i + 50, 150] });
    snapshots.push(workshop.db.snapshot());
  }
  for (let i = 0; i < TOWNS; i += 2) await workshop.put('', town(i), `a town of ${i * 1001} people, the second time`);
  for (let i = 1; i < TOWNS; i += 10) await workshop.delete('', town(i));
  await workshop.delete('readings', reading(5));
  await workshop.put('', { $times: ['long/', 13_106] }, 'a key of 65530 bytes');
  await workshop.put('', { $times: ['long/', 300] }, 'a key of 1500 bytes');
  await workshop.put('', 'large/packed', { $times: ['sediment, laid down in one season; ', 600] });
  await workshop.put(RAW, { $bytes: 'aa' }, { $noise: [99, 9000] });
  await workshop.db.compact();
  for (const snapshot of snapshots) snapshot.close();
}

/** Two runs that are merged while nothing else is to be done, and one above them; more manifests than one snapshot tells of. */
async function writeLevels(workshop: Workshop): Promise<void> {
  await workshop.drop('dropped');
  while (workshop.manifest % SNAPSHOT_EVERY < SNAPSHOT_EVERY - 4) {
    await workshop.put('', 'again', `and again, manifest ${workshop.manifest}`);
    await workshop.db.flush();
    await workshop.db.idle();
  }
  for (let i = 0; i < TOWNS; i += 5) await workshop.put('', town(i), `a town of ${i * 1002} people, the third time`);
  await workshop.put('', 'large/above', { $times: ['one layer on the other; ', 200] });
  await workshop.db.flush();
  await workshop.db.idle();
  for (let i = 2; i < TOWNS; i += 12) await workshop.delete('', town(i));
  for (let i = 0; i < READINGS; i += 9) await workshop.put('readings', reading(i), ['again', i]);
  await workshop.delete(THINGS, ODD_KEYS[3]!);
  await workshop.db.flush();
}

/** A segment that was rolled, and one that is open. */
async function writeOpenLog(workshop: Workshop): Promise<void> {
  await workshop.put('', town(4), 'a town in the log', 'synced');
  await workshop.batch([
    ['', 'logged/2', 'in a batch'],
    ['readings', reading(7)],
    [THINGS, ['logged'], { $set: ['in', 'a', 'batch'] }],
    ['', 'large/above'],
  ]);
  await workshop.put('readings', ['zürich', -0.5], 'nobody waited for it');
}

const town = (i: number): string => `town/${String(i).padStart(4, '0')}`;

const reading = (i: number): Notation => [i % 2 === 0 ? 'bergen' : 'oslo', i / 2 - 20];
