// Commands on a bucket of the real S3 that `npm run test:cloud` has started. What only reads claims nothing: the writer that is at work does not notice.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, utf8 } from '@varve/core';
import { s3Store } from '@varve/adapter-s3-fetch';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { varve, type Ended } from '../src/cli-test-kit.ts';

const { VARVE_S3_ENDPOINT: endpoint = '', VARVE_S3_ACCESS_KEY: accessKeyId = '', VARVE_S3_SECRET_KEY: secretAccessKey = '' } = process.env;
const VARIABLES = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_ENDPOINT_URL_S3: endpoint };
const bucket = `cli-${crypto.randomUUID()}`;
const base = mkdtempSync(join(tmpdir(), 'varve-bucket-'));

const on = (place: string, args: readonly string[], input = ''): Promise<Ended> =>
  varve([`s3://${bucket}/${place}`, ...args], input, VARIABLES);

beforeAll(async () => {
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1' });
  const { status } = await client.fetch(`${endpoint}/${bucket}`, { method: 'PUT' });
  if (status !== 200) throw new Error(`the bucket could not be made: ${status}`);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

it('what writes writes, and what was written is read', async () => {
  expect(await on('written', ['put', 'a', '1'])).toMatchObject({ code: 0 });
  expect(await on('written', ['import', '-'], '{"key":"b","value":"2"}\n')).toMatchObject({ code: 0 });
  expect(await on('written', ['delete', 'a'])).toMatchObject({ code: 0 });
  expect(await on('written', ['compact'])).toMatchObject({ code: 0 });
  expect(await on('written', ['scan'])).toMatchObject({ code: 0, out: 'b\t2\n' });
});

it('what only reads neither claims nor fences: the writer goes on', async () => {
  const store = s3Store(`s3://${bucket}/live?endpoint=${endpoint}`, { credentials: { accessKeyId, secretAccessKey } });
  await using db = await open(store, { keys: utf8, values: utf8 });
  await db.put('a', '1');
  await db.flush();
  const before = db.stats();
  for (const args of [
    ['get', 'a'],
    ['scan'],
    ['stats'],
    ['levels'],
    ['verify'],
    ['dump-manifest'],
    ['dump-sst'],
    ['dump-log'],
    ['export', '-'],
    ['publish'],
  ]) {
    const { code, err } = await on('live', [...args, '--json']);
    expect([code, err.includes('error')], args.join(' ')).toEqual([0, false]);
  }
  expect((await on('live', ['get', 'a'])).out).toBe('1\n');
  await db.put('b', '2');
  await db.flush();
  expect(db.stats()).toMatchObject({ term: before.term });
});

it('a directory is published into a bucket, from a file and back', async () => {
  const directory = join(base, 'db');
  await varve([directory, 'put', 'a', '1']);
  expect(await varve([directory, 'publish', `s3://${bucket}/published`], '', VARIABLES)).toMatchObject({ code: 0 });
  expect((await on('published', ['get', 'a'])).out).toBe('1\n');
  const file = join(base, 'db.tar');
  await varve([directory, 'backup', file]);
  expect(await on('restored', ['restore', file])).toMatchObject({ code: 0 });
  expect((await on('restored', ['get', 'a'])).out).toBe('1\n');
  expect(await on('restored', ['restore', file])).toMatchObject({ code: 1, err: expect.stringMatching(/CONFLICT.*place=s3:/) });
});

it('a bucket that is not there is named', async () => {
  const { code, err } = await varve([`s3://${bucket}-other/db`, 'scan'], '', VARIABLES);
  expect([code, err]).toEqual([1, expect.stringMatching(/UNSUPPORTED: there is no such bucket.*place=s3:/)]);
  expect(err).not.toContain(secretAccessKey);
});
