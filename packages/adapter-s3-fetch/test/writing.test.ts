// Objects written by piece: one request for small ones, multipart uploads for others, and nothing left of what failed.

import type { ObjectStore } from '@varve/core';
import { expect, it } from 'vitest';
import { PART_BYTES } from '../src/s3-store.ts';
import type { FakeRequest, Fault } from './fake-s3.ts';
import { bytes, setUp } from './stores-test-kit.ts';

const PIECE = 2 ** 20;

async function write(store: ObjectStore, byteLength: number): Promise<void> {
  const writer = await store.createObject('sst/1', 0);
  for (let position = 0; position < byteLength; position += PIECE) {
    await writer.append(bytes(Math.min(PIECE, byteLength - position), position / PIECE), position);
  }
  await writer.finish();
}

const isPart = ({ query }: FakeRequest): boolean => query.has('partNumber');
const isCompletion = ({ method, query }: FakeRequest): boolean => method === 'POST' && query.has('uploadId');
const isAbort = ({ method, query }: FakeRequest): boolean => method === 'DELETE' && query.has('uploadId');

it('an object of one part is one request', async () => {
  const { fake, store } = await setUp();
  await write(store, PART_BYTES);
  expect(fake.taken()).toEqual(['PUT db/sst/1']);
});

it('an object is put in the place of another by one request', async () => {
  const { fake, store } = await setUp();
  for (const value of [1, 2]) await store.replace!('published.json', bytes(10, value));
  expect(fake.taken()).toEqual(['PUT db/published.json', 'PUT db/published.json']);
  expect(await store.get('published.json')).toEqual(bytes(10, 2));
});

it('a larger object goes up in parts of one size, some at once, and is there when it is finished', async () => {
  const { fake, store } = await setUp();
  await write(store, 3 * PART_BYTES + 5);
  const parts = fake.requests.filter(isPart);
  expect(parts.map(({ body }) => body.length).sort((a, b) => a - b)).toEqual([5, PART_BYTES, PART_BYTES, PART_BYTES]);
  const whole = fake.objects.get('db/sst/1')!.body;
  expect(whole).toHaveLength(3 * PART_BYTES + 5);
  const wrong = Array.from({ length: 30 }, (_, i) => i).filter((i) => whole[i * PIECE] !== i || whole[(i + 1) * PIECE - 1] !== i);
  expect(wrong).toEqual([]);
  expect(fake.uploads.size).toBe(0);
});

it.each<Fault>(['lost', 'refused', { status: 500, code: 'InternalError' }, { status: 503, code: 'SlowDown' }])(
  'each request of an upload is sent again after %o',
  async (fault) => {
    const { fake, store } = await setUp();
    const suffered = new Set<string>();
    fake.fault = ({ method, query }) => {
      const what = `${method} ${query}`;
      if (suffered.has(what)) return undefined;
      suffered.add(what);
      return fault;
    };
    await write(store, PART_BYTES + 5);
    expect(fake.objects.get('db/sst/1')?.body).toHaveLength(PART_BYTES + 5);
    expect(suffered.size).toBeGreaterThan(3);
  },
);

it('a completion that fails after it was answered with 200 is repeated', async () => {
  const { fake, store } = await setUp();
  let failures = 0;
  fake.fault = (request) => (isCompletion(request) && failures++ < 2 ? { status: 200, code: 'InternalError' } : undefined);
  await write(store, PART_BYTES + 5);
  expect(failures).toBe(3);
  expect(fake.objects.get('db/sst/1')?.body).toHaveLength(PART_BYTES + 5);
});

it.each<[string, (request: FakeRequest) => boolean]>([
  ['a part', isPart],
  ['the completion', isCompletion],
])('an upload of which %s is refused is aborted', async (_, suffers) => {
  const { fake, store } = await setUp();
  fake.fault = (request) => (suffers(request) ? { status: 403, code: 'QuotaExceeded' } : undefined);
  await expect(write(store, 2 * PART_BYTES + 5)).rejects.toMatchObject({ code: 'QUOTA', object: 'sst/1' });
  expect([fake.uploads.size, fake.objects.size]).toEqual([0, 0]);
});

it('an upload that somebody else has aborted fails, and a completion that nobody answered is told from it', async () => {
  const { fake, store } = await setUp();
  fake.fault = (request) => {
    if (isCompletion(request)) fake.uploads.clear();
    return undefined;
  };
  await expect(write(store, PART_BYTES + 5)).rejects.toMatchObject({
    name: 'StorageError',
    message: expect.stringContaining('NoSuchUpload'),
  });
  expect(fake.objects.size).toBe(0);
});

it('abort leaves nothing of an upload, and waits for parts under way', async () => {
  const { fake, store } = await setUp();
  const writer = await store.createObject('sst/1', 0);
  for (let position = 0; position < 3 * PART_BYTES; position += PIECE) await writer.append(bytes(PIECE), position);
  await writer.abort();
  expect([fake.uploads.size, fake.objects.size]).toEqual([0, 0]);
  const order = fake.requests.filter((request) => isPart(request) || isAbort(request));
  expect(order.map(isAbort)).toEqual([false, false, true]);
  await writer.abort();
  expect(() => writer.append(bytes(1), 0)).toThrow(expect.objectContaining({ code: 'CLOSED' }));
});

it('abort takes away what a finish has left that was not answered', async () => {
  const { fake, store } = await setUp();
  const writer = await store.createObject('sst/1', 0);
  await writer.append(bytes(10), 0);
  fake.fault = ({ method }) => (method === 'PUT' ? 'lost' : 'refused');
  await expect((async () => writer.finish())()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(fake.objects.size).toBe(1);
  fake.fault = () => undefined;
  await writer.abort();
  expect(fake.objects.size).toBe(0);
});

it('numbered objects are never multipart, however large', async () => {
  const { fake, store } = await setUp();
  await store.putIfAbsent('manifest/1', bytes(PART_BYTES + 1));
  await store.put('manifest/2', bytes(PART_BYTES + 1));
  expect(fake.taken()).toEqual(['PUT db/manifest/1', 'PUT db/manifest/2']);
});
