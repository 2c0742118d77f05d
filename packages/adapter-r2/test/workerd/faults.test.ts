// A bucket behind a line that has trouble: what is repeated and what is not, who won, and what a failure is called.

import { r2Store } from '@varve/adapter-r2';
import { open, seededRandom } from '@varve/core';
import { compareWithMap, openTexts } from '@varve/store-conformance';
import { describe, expect, it } from 'vitest';
import { PART_BYTES, storeOn } from '../../src/r2-store.ts';
import { FaultyBucket, type Asked, type Fault } from './faulty-bucket.ts';
import { bucket, freshPlace } from './places.ts';

const LITTLE_PATIENCE = { timeoutMs: 5000, tries: 4, backoffMs: 1 };
/** Where somebody stays silent. What is answered is given up as well on a busy machine, and asked again. */
const HARDLY_ANY = { ...LITTLE_PATIENCE, timeoutMs: 300 };
const patienceWith = (fault: Fault) => (fault === 'silent' ? HARDLY_ANY : LITTLE_PATIENCE);

const bytes = (length: number, value = 7): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);

function setUp(patience = LITTLE_PATIENCE) {
  const faulty = new FaultyBucket(bucket);
  const prefix = freshPlace();
  const store = () => storeOn(faulty, prefix, patience);
  /** What was asked since the last call, without the probe. */
  const taken = (): string[] =>
    faulty.asked
      .splice(0)
      .filter(({ key }) => !key.includes('_probe'))
      .map(({ operation, key }) => `${operation} ${key.replaceAll(`${prefix}/`, '')}`);
  return { faulty, store: store(), reopen: store, taken };
}

/** The next requests of this kind suffer these, one each. The probe is left alone. */
function next(operation: Asked['operation'], ...list: Fault[]): (request: Asked) => Fault | undefined {
  return (request) => (request.operation === operation && !request.key.includes('_probe') ? list.shift() : undefined);
}

const always =
  (operation: Asked['operation'], fault: Fault) =>
  (request: Asked): Fault | undefined =>
    request.operation === operation && !request.key.includes('_probe') ? fault : undefined;

describe('create if absent', () => {
  it.each<Fault>(['lost', { code: 10001, applied: true }, { code: 10058, applied: true }])(
    'has won where it took place and was answered with %o',
    async (fault) => {
      const { faulty, store, taken } = setUp();
      faulty.fault = next('create', fault);
      expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(true);
      expect(taken()).toEqual(['create manifest/1', 'head manifest/1']);
    },
  );

  it('has won where the runtime sent it twice by itself, and was told that an object is there', async () => {
    const { faulty, store } = setUp();
    const { put } = faulty;
    faulty.put = async (...args) => {
      await put.apply(faulty, args);
      return put.apply(faulty, args);
    };
    expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(true);
    expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(false);
  });

  it.each<Fault>(['broken', 'silent', { code: 10001 }, { code: 10043 }, { code: 10058 }])(
    'is tried again with the same bytes and nonce where nothing is there after %o',
    async (fault) => {
      const { faulty, store, taken } = setUp(patienceWith(fault));
      faulty.fault = next('create', fault, fault);
      expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(true);
      expect(taken().filter((request) => request === 'create manifest/1')).toHaveLength(3);
      expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(false);
    },
  );

  it.each<Fault>(['lost', 'broken', { code: 10001 }])('has lost where another was first, whatever it is told (%o)', async (fault) => {
    const { faulty, store } = setUp();
    await store.put('manifest/1', bytes(100, 1));
    faulty.fault = next('create', fault);
    expect(await store.putIfAbsent('manifest/1', bytes(100, 2))).toBe(false);
    expect(await store.get('manifest/1')).toEqual(bytes(100, 1));
  });

  it('is UNKNOWN where no answer ever comes, and it cannot be looked for either', async () => {
    const { faulty, store } = setUp(HARDLY_ANY);
    faulty.fault = ({ operation, key }) => (key.includes('_probe') ? undefined : operation === 'create' ? 'lost' : 'silent');
    await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({ code: 'UNKNOWN', object: 'manifest/1' });
  });

  it('is UNKNOWN where no try was answered, and it is not there: it may still come', async () => {
    const { faulty, store } = setUp(HARDLY_ANY);
    faulty.fault = always('create', 'silent');
    await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({ code: 'UNKNOWN' });
  });

  it('is refused at once where that is for good', async () => {
    const { faulty, store, taken } = setUp();
    faulty.fault = always('create', { code: 100100 });
    await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('larger than R2 takes'),
    });
    expect(taken()).toEqual(['create manifest/1']);
  });

  it('is probed once by an open, which does so beside its first reads', async () => {
    const { faulty, store } = setUp();
    await using _db = await openTexts(store);
    const names = faulty.asked.map(({ operation, key }) => (key.includes('_probe') ? `probe ${operation}` : operation));
    expect(names.filter((name) => name === 'probe create')).toHaveLength(3);
    expect(names.slice(0, 3).sort()).toEqual(['list', 'probe create', 'probe create']);
  });

  it('is refused on a bucket that ignores conditions', async () => {
    const { faulty, store } = setUp();
    faulty.ignoresConditions = true;
    await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
    await expect(open(store)).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
    expect(await store.list('')).toEqual([]);
  });
});

describe('everything else', () => {
  it.each<Fault>(['lost', 'broken', 'silent', 'cut', { code: 10001 }, { code: 10058 }])('is repeated after %o', async (fault) => {
    const { faulty, store } = setUp(patienceWith(fault));
    for (const operation of ['put', 'get', 'head', 'list', 'delete'] as const) {
      faulty.fault = next(operation, fault, fault);
      await store.put('sst/1', bytes(5000));
      expect(await store.get('sst/1')).toEqual(bytes(5000));
      const target = new Uint8Array(100);
      await (await store.openObject('sst/1', 5000)).readInto(target, 4900);
      expect(target).toEqual(bytes(100));
      expect(await store.has('sst/1')).toBe(true);
      expect(await store.list('')).toEqual([{ name: 'sst/1', size: 5000 }]);
      await store.delete(['sst/1']);
      expect(await store.has('sst/1')).toBe(false);
    }
  });

  it('is UNAVAILABLE when there is no answer however often it is asked, and UNSUPPORTED when it is refused for good', async () => {
    const { faulty, store, taken } = setUp(HARDLY_ANY);
    faulty.fault = always('get', 'silent');
    await expect(store.get('sst/1')).rejects.toMatchObject({ code: 'UNAVAILABLE', object: 'sst/1' });
    expect(taken()).toHaveLength(LITTLE_PATIENCE.tries);
    faulty.fault = always('get', { code: 10006 });
    await expect(store.get('sst/1')).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('no such bucket') });
    expect(taken()).toHaveLength(1);
  });

  it('large objects go up in parts, each as often as it takes, and leave nothing when that fails', async () => {
    const { faulty, store } = setUp();
    const length = 3 * PART_BYTES + 100;
    const faults: Fault[] = ['broken', { code: 10001 }, 'lost'];
    faulty.fault = ({ operation }) => (['begin', 'part', 'complete'].includes(operation) ? faults.shift() : undefined);
    const writer = await store.createObject('sst/1', length);
    for (let at = 0; at < length; at += 2 ** 20) await writer.append(bytes(Math.min(2 ** 20, length - at)), at);
    faults.push('lost');
    await writer.finish();
    expect(await store.list('sst/')).toEqual([{ name: 'sst/1', size: length }]);
    faulty.fault = always('part', 'broken');
    const failing = await store.createObject('sst/2', length);
    await expect(
      (async () => {
        for (let at = 0; at < length; at += 2 ** 20) await failing.append(bytes(2 ** 20), at);
        await failing.finish();
      })(),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await failing.abort();
    expect(await store.list('sst/')).toEqual([{ name: 'sst/1', size: length }]);
    expect(faulty.asked.some(({ operation }) => operation === 'abort')).toBe(true);
  });

  it('a writer has no more than six requests under way, and readers of it no limit of their own', async () => {
    const { faulty, store, reopen } = setUp();
    await store.putIfAbsent('manifest/1', bytes(100));
    await Promise.all(Array.from({ length: 40 }, async (_, i) => store.put(`sst/${i}`, bytes(10))));
    expect(faulty.mostAtOnce).toBe(6);
    const reader = reopen();
    await Promise.all(Array.from({ length: 40 }, async (_, i) => reader.get(`sst/${i}`)));
    expect(faulty.mostAtOnce).toBeGreaterThan(6);
  });

  it('reads of one turn that touch or overlap share one request', async () => {
    const { store, taken } = setUp();
    await store.put('sst/1', bytes(10_000));
    taken();
    const reader = await store.openObject('sst/1', 10_000);
    await Promise.all([0, 1000, 1500, 5000].map(async (offset) => reader.readInto(new Uint8Array(1000), offset)));
    expect(taken()).toEqual(['get sst/1', 'get sst/1']);
  });
});

describe('a database', () => {
  const PASSING: readonly Fault[] = ['lost', 'broken', 'cut', { code: 10001 }, { code: 10001, applied: true }, { code: 10058 }];

  it.each([1, 2])('loses nothing that it acknowledged while answers are lost, under seed %i', async (seed) => {
    const { faulty, store } = setUp({ timeoutMs: 20_000, tries: 12, backoffMs: 1 });
    const random = seededRandom(seed);
    let suffered = 0;
    faulty.fault = () => {
      if (random.uint32() % 10 !== 0) return undefined;
      suffered++;
      return PASSING[random.uint32() % PASSING.length];
    };
    await compareWithMap(store, seed, 150);
    expect(suffered).toBeGreaterThan(20);
  });

  it('has what it acknowledged when R2 comes back, and what it did not is UNKNOWN', async () => {
    const { faulty, store, reopen } = setUp({ ...LITTLE_PATIENCE, tries: 2 });
    const db = await openTexts(store);
    await db.put('a', '1');
    faulty.fault = () => 'broken';
    await expect(db.put('b', '2')).rejects.toMatchObject({ code: 'UNKNOWN' });
    faulty.fault = () => undefined;
    await db.close();
    const again = await openTexts(reopen());
    expect(await again.get('a')).toBe('1');
    await again.close();
  });
});

it('what is no binding, and a prefix that would be none, are refused', () => {
  expect(() => r2Store(undefined as never)).toThrow(/env.BUCKET/);
  expect(() => r2Store({} as never)).toThrow(TypeError);
  expect(() => r2Store(bucket, { prefix: '/a' })).toThrow(TypeError);
});

it('stores below different prefixes do not see each other, with a slash at the end or without', async () => {
  const place = freshPlace();
  const [one, same, other] = [
    r2Store(bucket, { prefix: place }),
    r2Store(bucket, { prefix: `${place}/` }),
    r2Store(bucket, { prefix: `${place}-not` }),
  ];
  await one.put('a', bytes(1));
  await other.put('b', bytes(2));
  expect(await same.list('')).toEqual([{ name: 'a', size: 1 }]);
  expect(await other.list('')).toEqual([{ name: 'b', size: 2 }]);
});
