// Requests: what is sent again and what is not, credentials that expire, and what a refusal is called.

import { afterEach, expect, it, vi } from 'vitest';
import type { Fault } from './fake-s3.ts';
import { bytes, CREDENTIALS, LITTLE_PATIENCE, setUp, startFake } from './stores-test-kit.ts';
import { storeOn } from '../src/s3-store.ts';

afterEach(() => vi.unstubAllGlobals());

/** The first so many requests suffer. */
function first(count: number, fault: Fault): () => Fault | undefined {
  let left = count;
  return () => (left-- > 0 ? fault : undefined);
}

it.each<Fault>([
  'lost',
  'refused',
  'cut',
  { status: 500, code: 'InternalError' },
  { status: 503, code: 'SlowDown' },
  { status: 429, code: 'TooManyRequests' },
  { status: 400, code: 'RequestTimeout' },
])('reads, writes, lists and deletions are asked again after %o', async (fault) => {
  const { fake, store } = await setUp();
  const suffering = async <T>(call: () => T | Promise<T>): Promise<T> => {
    fake.fault = first(3, fault);
    return await call();
  };
  await suffering(() => store.put('sst/1', bytes(10_000)));
  await suffering(() => store.put('sst/2', bytes(10_000)));
  expect(await suffering(() => store.get('sst/1'))).toEqual(bytes(10_000));
  const target = new Uint8Array(5000);
  await suffering(async () => (await store.openObject('sst/1', 10_000)).readInto(target, 100));
  expect(target).toEqual(bytes(5000));
  expect(await suffering(() => store.list(''))).toHaveLength(2);
  await suffering(() => store.delete(['sst/1', 'sst/2']));
  expect(await suffering(() => store.list(''))).toEqual([]);
});

it('a server that stays silent is UNAVAILABLE in the end', async () => {
  const fake = await startFake();
  fake.fault = () => 'silent';
  const store = storeOn(fake.address(), CREDENTIALS, { timeoutMs: 30, tries: 3, backoffMs: 1 });
  await expect((async () => store.get('sst/1'))()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    object: 'sst/1',
    cause: { name: 'NoAnswer' },
  });
  // On a busy machine some of them are given up before they have come to the server.
  expect(store.requests().get.count).toBe(3);
});

it.each([
  [{ status: 403, code: 'AccessDenied' }, 'UNSUPPORTED', 'refuses these credentials'],
  [{ status: 403, code: 'SignatureDoesNotMatch' }, 'UNSUPPORTED', 'refuses these credentials'],
  [{ status: 403, code: 'RequestTimeTooSkewed' }, 'UNSUPPORTED', 'clock'],
  [{ status: 403, code: 'QuotaExceeded' }, 'QUOTA', 'no room'],
  [{ status: 404, code: 'NoSuchBucket' }, 'UNSUPPORTED', 'no such bucket'],
  [{ status: 301, code: 'PermanentRedirect' }, 'UNSUPPORTED', 'region'],
  [{ status: 501, code: 'NotImplemented' }, 'UNSUPPORTED', 'status=501 s3Code=NotImplemented said="as \\"ordered\\""'],
])('a refusal (%o) is %s at once, and says why', async (fault, code, words) => {
  const { fake, store } = await setUp();
  fake.fault = () => fault;
  const failure = { code, message: expect.stringContaining(words) };
  await expect((async () => store.get('sst/1'))()).rejects.toMatchObject({ ...failure, object: 'sst/1' });
  await expect((async () => store.put('sst/1', bytes(1)))()).rejects.toMatchObject({ ...failure, object: 'sst/1' });
  await expect((async () => store.list(''))()).rejects.toMatchObject(failure);
  expect(fake.requests).toHaveLength(3);
});

it('a bucket that is missing is not an object that is missing', async () => {
  const { fake, store } = await setUp();
  fake.fault = () => ({ status: 404, code: 'NoSuchBucket' });
  const reader = await store.openObject('sst/1', 10);
  await expect((async () => reader.readInto(new Uint8Array(10), 0))()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

it('a callback is asked for credentials when they are needed, when they are about to expire, and when the server says so', async () => {
  let asked = 0;
  const fake = await startFake();
  let expiresAt = Date.now() + 3_600_000;
  const source = () => ({ ...CREDENTIALS, sessionToken: `token-${++asked}`, expiresAt });
  const store = storeOn(fake.address(), source, LITTLE_PATIENCE);
  expect(asked).toBe(0);
  await Promise.all([store.get('a'), store.get('b')]);
  await store.get('c');
  expect(asked).toBe(1);
  fake.expired.add('token-1');
  expect(await store.putIfAbsent('d', bytes(1))).toBe(true);
  expect(asked).toBe(2);
  // The probe's object is gone.
  await store.close();
  fake.expired.add('token-2');
  expiresAt = Date.now() + 1000;
  const before = fake.requests.length;
  await store.get('e');
  await store.get('f');
  // Each request asks anew, also one that is sent again because a busy machine has dropped its connection.
  const tokens = fake.requests.slice(before).map(({ headers }) => headers['x-amz-security-token']);
  expect(tokens.slice(0, 2)).toEqual(['token-2', 'token-3']);
  expect(tokens.length).toBeGreaterThanOrEqual(3);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens.at(-1)).toBe(`token-${asked}`);
});

it('where requests are cut off nobody waits for a callback that another has called', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
  const fake = await startFake();
  let asked = 0;
  const source = () => (++asked === 1 ? new Promise<never>(() => undefined) : { ...CREDENTIALS, expiresAt: Date.now() + 3_600_000 });
  const store = storeOn(fake.address(), source, LITTLE_PATIENCE);
  void store.get('a');
  expect(await store.get('b')).toBeUndefined();
  expect(await store.get('c')).toBeUndefined();
  expect(asked).toBe(2);
});

it('credentials that have expired for good are UNSUPPORTED, and so are those of a callback that has no others', async () => {
  const fake = await startFake();
  fake.expired.add(CREDENTIALS.accessKeyId);
  const failure = { code: 'UNSUPPORTED', message: expect.stringContaining('expired') };
  await expect((async () => storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE).get('a'))()).rejects.toMatchObject(failure);
  expect(fake.taken()).toHaveLength(1);
  await expect((async () => storeOn(fake.address(), () => CREDENTIALS, LITTLE_PATIENCE).get('a'))()).rejects.toMatchObject(failure);
  expect(fake.taken()).toHaveLength(2);
});

it('a callback that fails is told of, and asked again the next time', async () => {
  const fake = await startFake();
  let fails = true;
  const source = async () => {
    if (fails) throw new Error('no metadata server');
    return CREDENTIALS;
  };
  const store = storeOn(fake.address(), source, LITTLE_PATIENCE);
  await expect((async () => store.get('a'))()).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { message: 'no metadata server' } });
  fails = false;
  expect(await store.get('a')).toBeUndefined();
});

it('a long list is read page by page', async () => {
  const { fake, store } = await setUp();
  fake.pageSize = 3;
  for (let i = 0; i < 7; i++) await store.put(`sst/${i}`, bytes(i));
  fake.taken();
  expect(await store.list('sst/', 'sst/1')).toEqual([2, 3, 4, 5, 6].map((i) => ({ name: `sst/${i}`, size: i })));
  expect(fake.taken()).toEqual(['GET list-type', 'GET list-type']);
});

it('one object is deleted by name, many in one request', async () => {
  const { fake, store } = await setUp();
  await store.delete(['a']);
  await store.delete([]);
  await store.delete(Array.from({ length: 1001 }, (_, i) => `sst/${i}`));
  expect(fake.taken()).toEqual(['DELETE db/a', 'POST delete', 'POST delete']);
});

it('a deletion that the server refuses for one of many is told', async () => {
  const { fake, store } = await setUp();
  fake.deletionErrors = '<Error><Key>db/b</Key><Code>AccessDenied</Code><Message>no</Message></Error>';
  await expect((async () => store.delete(['a', 'b']))()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  fake.deletionErrors = '<Error><Key>db/b</Key><Code>NoSuchKey</Code></Error>';
  await store.delete(['a', 'b']);
});
