// What the fake S3 does not know: signatures, refusals and uploads of a real one.

import { createIfAbsent } from '@varve/core/store';
import { expect, it, beforeAll } from 'vitest';
import { s3Store } from '../src/index.ts';
import { elements } from '../src/requests/xml.ts';
import { creatorOn } from '../src/objects/creator.ts';
import { Bucket, credentials, storeAt } from './cloud-test-kit.ts';

let bucket: Bucket;
beforeAll(async () => {
  bucket = await Bucket.create('requests');
});

const bytes = (length: number, value = 7): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);
const PART_BYTES = 8 * 2 ** 20;
/** So many that some have gone up before the last one is taken. */
const PARTS = 5;

it('a prefix may have any characters', async () => {
  const store = storeAt(bucket.address(encodeURIComponent("a b+c&d<e>'(ü)%!*")));
  await store.put('sst/1', bytes(10));
  expect(await store.putIfAbsent('manifest/1', bytes(10))).toBe(true);
  expect(await store.list('')).toEqual([
    { name: 'manifest/1', size: 10 },
    { name: 'sst/1', size: 10 },
  ]);
  await store.delete(['manifest/1', 'sst/1']);
  expect(await store.list('')).toEqual([]);
});

it('stores below different prefixes do not see each other', async () => {
  const [one, other] = [storeAt(bucket.address('shared')), storeAt(bucket.address('shared-not'))];
  await one.put('a', bytes(1));
  await other.put('b', bytes(2));
  expect(await one.list('')).toEqual([{ name: 'a', size: 1 }]);
  expect(await other.list('')).toEqual([{ name: 'b', size: 2 }]);
});

it('a wrong secret, a wrong key and a missing bucket are UNSUPPORTED', async () => {
  const address = bucket.freshPlace();
  const { accessKeyId } = credentials();
  const wrong = [
    s3Store(address, { credentials: { accessKeyId, secretAccessKey: 'wrong' } }),
    s3Store(address, { credentials: { accessKeyId: 'nobody', secretAccessKey: 'wrong' } }),
  ];
  for (const store of wrong) {
    for (const call of [() => store.get('a'), () => store.has('a'), () => store.list(''), () => store.put('a', bytes(1))]) {
      await expect((async () => call())()).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('credentials') });
    }
  }
  const nowhere = storeAt(address.replace(/\/\/[^/]+/, '//no-such-bucket'));
  for (const call of [() => nowhere.get('a'), () => nowhere.list(''), () => nowhere.putIfAbsent('a', bytes(1))]) {
    await expect((async () => call())()).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('no such bucket') });
  }
});

it('a creation that is sent twice, as after a lost answer, has won', async () => {
  const place = bucket.freshPlace();
  const prefix = new URL(place).pathname.slice(1);
  const client = bucket.client(prefix);
  const sent: number[] = [];
  const lossy = Object.assign(Object.create(client) as typeof client, {
    location: client.location,
    patience: { ...client.patience, backoffMs: 1 },
    ask: client.ask.bind(client),
    send: async (request: Parameters<typeof client.send>[0]) => {
      sent.push((await client.send(request)).status);
      return client.send(request);
    },
  });
  expect(await createIfAbsent(creatorOn(lossy), 'manifest/1', bytes(100))).toBe(true);
  expect(sent).toEqual([200]);
  expect(await createIfAbsent(creatorOn(client), 'manifest/1', bytes(100))).toBe(false);
});

it('uploads that fail or are aborted leave no parts', async () => {
  const place = bucket.freshPlace();
  const prefix = new URL(place).pathname.slice(1);
  const uploads = async () => {
    const answer = await bucket.client('').send({ method: 'GET', query: { uploads: '', prefix } });
    return elements(new TextDecoder().decode(answer.body), 'Upload').length;
  };
  const writer = await storeAt(place).createObject('sst/1', 0);
  for (let i = 0; i < PARTS; i++) await writer.append(bytes(PART_BYTES), i * PART_BYTES);
  expect(await uploads()).toBe(1);
  await writer.abort();
  expect(await uploads()).toBe(0);
  expect(await storeAt(place).list('')).toEqual([]);
});

it('the list of uploads is understood, and young ones are left alone', async () => {
  const place = bucket.freshPlace();
  const writer = await storeAt(place).createObject('sst/1', 0);
  for (let i = 0; i < PARTS; i++) await writer.append(bytes(PART_BYTES), i * PART_BYTES);
  expect(await storeAt(place).putIfAbsent('manifest/1', bytes(10))).toBe(true);
  await writer.finish();
  expect(await storeAt(place).list('sst/')).toEqual([{ name: 'sst/1', size: PARTS * PART_BYTES }]);
});
