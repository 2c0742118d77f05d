// The cache in a directory, over a real S3: what is asked of it is counted where it leaves the process.

import { fsStore } from '@varve/adapter-fs';
import { s3Store } from '@varve/adapter-s3-fetch';
import { open, openReader, utf8, type ObjectStore } from '@varve/core';
import { compareWithMap } from '@varve/store-conformance';
import { AwsClient } from 'aws4fetch';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { cacheStore } from '../src/index.ts';
import { MIB } from './cache-test-kit.ts';
import { freshDirectories } from './directories-test-kit.ts';

const { VARVE_S3_ENDPOINT: endpoint, VARVE_S3_ACCESS_KEY: accessKeyId, VARVE_S3_SECRET_KEY: secretAccessKey } = process.env;
const bucket = `cache-${crypto.randomUUID()}`;
const freshDirectory = freshDirectories();
const texts = { keys: utf8, values: utf8 } as const;
const ENTRIES = 20_000;
const valueOf = (i: number): string => `${i} `.repeat(40);
let places = 0;

beforeAll(async () => {
  const client = new AwsClient(credentials());
  const answer = await client.fetch(`${endpoint}/${bucket}`, { method: 'PUT', aws: { service: 's3' } });
  if (!answer.ok) throw new Error(`no bucket: ${answer.status}`);
});
afterEach(() => vi.restoreAllMocks());

function credentials() {
  if (accessKeyId === undefined || secretAccessKey === undefined) throw new Error('run these tests with npm run test:cloud');
  return { accessKeyId, secretAccessKey };
}

function freshPlace(): () => ObjectStore {
  const address = `s3://${bucket}/place-${++places}?endpoint=${endpoint}`;
  return () => s3Store(address, { credentials: credentials() });
}

/** Requests from now on: method, and the name of the object. */
function countRequests(): string[] {
  const requests: string[] = [];
  const { fetch } = globalThis;
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const { method, url } = new Request(input, init);
    requests.push(`${method} ${new URL(url).pathname.split('/').slice(3).join('/')}`);
    return fetch(input, init);
  });
  return requests;
}

it('a second cold open after a restart, and its reads, take no byte of an SST from S3', async () => {
  const remote = freshPlace();
  const db = await open(remote(), texts);
  for (let i = 0; i < ENTRIES; i++) void db.put(`key/${i}`, valueOf(i));
  await db.compact();
  await db.close();
  const directory = freshDirectory();
  const counted: string[][] = [];
  for (let turn = 0; turn < 2; turn++) {
    const requests = countRequests();
    const store = cacheStore(remote(), fsStore(directory), { budgetBytes: 64 * MIB });
    const reader = await openReader(store, texts);
    for (let i = 0; i < ENTRIES; i += 97) expect(await reader.get(`key/${i}`)).toBe(valueOf(i));
    await reader.close();
    vi.restoreAllMocks();
    counted.push(requests);
    console.log(`cold open ${turn + 1}, and ${Math.ceil(ENTRIES / 97)} gets: ${requests.length} requests`, store.stats());
  }
  const ofSsts = counted.map((requests) => requests.filter((request) => request.includes('sst/')).length);
  expect(ofSsts[0]).toBeGreaterThan(0);
  expect(ofSsts[1]).toBe(0);
  expect(counted[1].length).toBeGreaterThan(0);
});

it('the merges of a writer read what it has written from the directory', async () => {
  const remote = freshPlace();
  const store = cacheStore(remote(), fsStore(freshDirectory()), { budgetBytes: 64 * MIB });
  const db = await open(store, { ...texts, memoryBudgetBytes: 8 * MIB });
  const requests = countRequests();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < ENTRIES; i++) void db.put(`key/${i}`, `${round} ${valueOf(i)}`);
    await db.flush();
  }
  await db.compact();
  expect(await db.get('key/7')).toBe(`2 ${valueOf(7)}`);
  expect(requests.filter((request) => /^GET .*sst\//.test(request))).toEqual([]);
  expect(requests.some((request) => /^(?:PUT|POST) .*sst\//.test(request))).toBe(true);
  await db.close();
});

it.each([1, 2])('a database is what a map would be, under seed %i', async (seed) => {
  const store = cacheStore(freshPlace()(), fsStore(freshDirectory()), { budgetBytes: MIB, pieceBytes: 16_384 });
  await compareWithMap(store, seed, 500);
});
