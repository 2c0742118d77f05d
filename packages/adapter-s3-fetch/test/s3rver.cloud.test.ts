// A server that takes conditions and ignores them (https://github.com/jamhall/s3rver) is refused before anything is written to it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from '@varve/core';
// @ts-expect-error: it has no types, those that are used here stand below.
import S3rver from 's3rver';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { s3Store } from '../src/index.ts';

/** What of it is used here. */
interface Server {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}
type NewServer = new (options: object) => Server;

let directory: string;
let server: Server;
let port: number;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'varve-s3rver-'));
  server = new (S3rver as NewServer)({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: 'bucket' }] });
  ({ port } = await server.run());
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

it('is refused by the probe, and nothing is left there', async () => {
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const store = s3Store(`s3://bucket/db?endpoint=http://127.0.0.1:${port}`, { credentials });
  await store.put('sst/1', new Uint8Array(10));
  expect(await store.list('')).toEqual([{ name: 'sst/1', size: 10 }]);
  await store.delete(['sst/1']);
  await expect(open(store)).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
  expect(await store.list('')).toEqual([]);
});
