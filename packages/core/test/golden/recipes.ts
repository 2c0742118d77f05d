// The golden databases: how each is made. A recipe may change; what an older one made stays as it is, with its contents beside it.

import type { Image } from '../rot/image.ts';
import { segmentName } from '../../src/format/object-names.ts';
import type { Contents } from './contents.ts';
import { makeEveryday } from './everyday.ts';
import { Workshop, type Operation } from './workshop.ts';

/** A database and what it holds. */
export interface Golden {
  readonly image: Image;
  readonly contents: Contents;
}

const ABOUT_EVERYDAY =
  'everything that is stored day by day: SSTs of three levels, versions that a snapshot held, tombstones, every codec, long keys, large values, ' +
  'a dropped key space, an open log';

/** By the names of their files. */
export const RECIPES: Readonly<Record<string, () => Promise<Golden>>> = {
  async everyday() {
    const { workshop, image } = await makeEveryday();
    return { image, contents: workshop.contents(ABOUT_EVERYDAY) };
  },
  created,
  closed,
  rolled,
  terms,
  torn,
};

async function created(): Promise<Golden> {
  const workshop = new Workshop(2001, { keys: 'bytes', values: 'bytes' });
  const image = await workshop.crash(async () => undefined);
  return { image, contents: workshop.contents('nothing: just created, and open') };
}

async function closed(): Promise<Golden> {
  const workshop = new Workshop(3001, { keys: 'utf8', values: 'json' });
  workshop.addSpace({ name: 'numbers', keys: 'tuple(number)', values: 'structured' });
  await workshop.session(async () => {
    for (let i = 0; i < 40; i++) await workshop.put('', `key ${i}`, { value: i, more: ['x', null] });
    await workshop.db.flush();
    await workshop.put('numbers', [-1.5], { $date: 0 });
  });
  await workshop.session(async () => {
    await workshop.delete('', 'key 7');
    await workshop.put('', 'key 8', 'of the second session');
  });
  const image = await workshop.image();
  return { image, contents: workshop.contents('two sessions, both closed cleanly: an SST, and a log that says that it is durable') };
}

/** A memtable is full and frozen, the log goes on in the next segment, and the writer dies before the flush is done. */
async function rolled(): Promise<Golden> {
  const workshop = new Workshop(6001, { keys: 'utf8', values: 'utf8' });
  await workshop.session(async () => {
    for (let i = 0; i < 30; i++) await workshop.put('', `flushed/${i}`, `value ${i}`);
    await workshop.db.flush();
  });
  const freeze = async (): Promise<void> => {
    await workshop.put('', 'flushed/3', 'synced in the first segment', 'synced');
    await workshop.put('', 'first', 'in the first segment');
    await workshop.delete('', 'flushed/4');
    workshop.beginFlush();
    await workshop.put('', 'second', 'in the next segment');
    await workshop.put('', 'flushed/5', 'in the next segment');
    await workshop.delete('', 'first');
  };
  const image = await workshop.crash(freeze, { withoutSsts: true });
  return {
    image,
    contents: workshop.contents('a log of two segments of one writer, which died before the memtable of the first one was flushed'),
  };
}

/** Four writers that died: each finds the segments of those before it, and its fence says where they end. */
async function terms(): Promise<Golden> {
  const workshop = new Workshop(4001, { keys: 'utf8', values: 'utf8' });
  const first = await workshop.crash(async () => {
    await workshop.put('', 'of', 'the first');
    await workshop.batch(Array.from({ length: 150 }, (_, i): Operation => ['', `one record/${i}`, `of many entries, number ${i}`]));
  });
  await workshop.crash(async () => {
    await workshop.put('', 'of', 'the second', 'synced');
    await workshop.put('', 'large', { $times: ['a long record; ', 500] });
  });
  await workshop.crash(async () => {
    await workshop.delete('', 'one record/17');
    await workshop.put('', 'of', 'the third');
  });
  const last = await workshop.crash(async () => {
    await workshop.put('', 'of', 'the fourth');
    await workshop.delete('', 'one record/18');
  });
  const image = new Map(last);
  image.set(segmentName(1), await overtaken(first));
  const about =
    'a log of four writers that died, with long records and a fence each; the first wrote on after the second had begun, and that is void: ' +
    'it would be the keys "one record/17" and "void"';
  return { image, contents: workshop.contents(about) };
}

/** The segment of a writer that slept through a take-over, with what it appended then. */
async function overtaken(first: Image): Promise<Uint8Array> {
  const sleeper = new Workshop(4001, { keys: 'utf8', values: 'utf8' });
  const later = await sleeper.crash(async () => {
    await sleeper.put('', 'of', 'the first');
    await sleeper.batch(Array.from({ length: 150 }, (_, i): Operation => ['', `one record/${i}`, `of many entries, number ${i}`]));
    await sleeper.put('', 'void', 'appended beyond the fence');
    await sleeper.put('', 'one record/17', 'void');
  });
  const [whole, longer] = [first, later].map((image) => image.get(segmentName(1))!);
  if (!whole!.every((byte, at) => byte === longer![at])) throw new Error('the same writer wrote something else the second time');
  return longer!;
}

/** The last record of the log is torn, and what was reserved behind it is zeros. */
async function torn(): Promise<Golden> {
  const workshop = new Workshop(5001, { keys: 'utf8', values: 'utf8' });
  let whole = 0;
  const image = await workshop.crash(async () => {
    await workshop.put('', 'synced', 'before', 'synced');
    for (let i = 0; i < 10; i++) await workshop.put('', `buffered/${i}`, `value ${i}`);
    whole = (await workshop.image()).get(segmentName(1))!.length;
    await workshop.db.put('torn', 'half of this is in the log'.repeat(10));
  });
  const segment = new Uint8Array(4096);
  segment.set(image.get(segmentName(1))!.subarray(0, whole + 160));
  const contents = workshop.contents(
    'a log whose last record (the key "torn") was written by half; zeros follow, as a file has that was made in advance',
  );
  return { image: new Map(image).set(segmentName(1), segment), contents };
}
