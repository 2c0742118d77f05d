// Create if absent when the server, or the line to it, has trouble: who won is decided by what stands under the name.

import { expect, it } from 'vitest';
import type { Fault, FakeRequest } from './fake-s3.ts';
import { bytes, setUp } from './stores-test-kit.ts';

const isCreation = ({ method, headers }: FakeRequest): boolean => method === 'PUT' && headers['if-none-match'] === '*';

/** The next creations suffer these, one each. */
function faults(...list: (Fault | undefined)[]): (request: FakeRequest) => Fault | undefined {
  return (request) => (isCreation(request) ? list.shift() : undefined);
}

it.each<Fault>(['lost', { status: 500, code: 'InternalError', applied: true }, { status: 412, code: 'PreconditionFailed', applied: true }])(
  'a creation that took place and was answered with %o has won',
  async (fault) => {
    const { fake, store } = await setUp();
    fake.fault = faults(fault);
    expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(true);
    expect(fake.taken()).toEqual(['PUT db/manifest/1', 'GET db/manifest/1']);
  },
);

it.each<Fault>([
  { status: 412, code: 'PreconditionFailed' },
  { status: 409, code: 'ConditionalRequestConflict' },
  { status: 409, code: 'ConcurrentModification' },
  { status: 500, code: 'InternalError' },
  'refused',
])('a creation that lost a race and was answered with %o has lost', async (fault) => {
  const { fake, store } = await setUp();
  await store.put('manifest/1', bytes(100, 1));
  fake.fault = faults(fault);
  expect(await store.putIfAbsent('manifest/1', bytes(100, 2))).toBe(false);
  expect(await store.get('manifest/1')).toEqual(bytes(100, 1));
});

it('a creation that the runtime sends a second time by itself, since the line broke, has won', async () => {
  const { fake, store } = await setUp();
  fake.keepsAlive = true;
  for (let i = 0; i < 20; i++) {
    await store.list('');
    fake.fault = faults('lost');
    expect(await store.putIfAbsent(`manifest/${i}`, bytes(100))).toBe(true);
  }
});

it('the same bytes of another are not taken for its own', async () => {
  const { store } = await setUp();
  expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(true);
  expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(false);
});

it('where the nonce is hidden, as from a browser without the right CORS rules, bytes decide', async () => {
  const { fake, store } = await setUp();
  await store.put('manifest/1', bytes(100, 1));
  expect(await store.putIfAbsent('manifest/1', bytes(100, 1))).toBe(true);
  expect(await store.putIfAbsent('manifest/1', bytes(100, 2))).toBe(false);
  expect(await store.putIfAbsent('manifest/1', bytes(99, 1))).toBe(false);
  expect(fake.objects.get('db/manifest/1')?.body).toEqual(Buffer.from(bytes(100, 1)));
});

it.each<Fault>([
  'refused',
  { status: 409, code: 'ConditionalRequestConflict' },
  { status: 500, code: 'InternalError' },
  { status: 503, code: 'SlowDown' },
  { status: 429, code: 'TooManyRequests' },
])('a creation of which nothing is there is tried again with the same bytes after %o', async (fault) => {
  const { fake, store } = await setUp();
  fake.fault = faults(fault, fault);
  expect(await store.putIfAbsent('manifest/1', bytes(100))).toBe(true);
  const creations = fake.requests.filter(isCreation);
  expect(creations).toHaveLength(3);
  expect(new Set(creations.map(({ body, headers }) => `${headers['x-amz-meta-varve-nonce']} ${body.toString('hex')}`)).size).toBe(1);
});

it('a creation whose answers are all lost, and that cannot be looked for either, is UNKNOWN', async () => {
  const { fake, store } = await setUp();
  fake.fault = (request) => (isCreation(request) ? 'lost' : 'refused');
  await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({ code: 'UNKNOWN', object: 'manifest/1' });
});

it('a creation that never got an answer, and is not there, may still come: UNKNOWN', async () => {
  const { fake, store } = await setUp();
  fake.fault = (request) => (isCreation(request) ? 'refused' : undefined);
  await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({ code: 'UNKNOWN', object: 'manifest/1' });
  expect(fake.requests.filter(isCreation)).toHaveLength(4);
});

it('a creation that is refused for good after one whose answer was lost is UNKNOWN', async () => {
  const { fake, store } = await setUp();
  fake.fault = faults('refused', { status: 403, code: 'AccessDenied' });
  await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({ code: 'UNKNOWN' });
});

it('a creation that was refused each time though nothing was there has not taken place: UNAVAILABLE', async () => {
  const { fake, store } = await setUp();
  fake.fault = (request) => (isCreation(request) ? { status: 409, code: 'ConditionalRequestConflict' } : undefined);
  await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({ code: 'UNAVAILABLE', object: 'manifest/1' });
});

it.each([
  [{ status: 403, code: 'AccessDenied' }, 'UNSUPPORTED'],
  [{ status: 403, code: 'QuotaExceeded' }, 'QUOTA'],
  [{ status: 507, code: 'InsufficientStorage' }, 'QUOTA'],
  [{ status: 404, code: 'NoSuchBucket' }, 'UNSUPPORTED'],
])('a creation that is refused for good (%o) is %s at once', async (fault, code) => {
  const { fake, store } = await setUp();
  fake.fault = (request) => (isCreation(request) ? fault : undefined);
  await expect(store.putIfAbsent('manifest/1', bytes(100))).rejects.toMatchObject({ code, object: 'manifest/1' });
  expect(fake.taken()).toEqual(['PUT db/manifest/1']);
});
