// What the kit says of reading: everything is written to a directory, and read over HTTP, from a real static server and from one that knows no ranges.

import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, openReader, seededRandom, type ObjectStore } from '@varve/core';
import { publish } from '@varve/core/copy';
import { fsStore } from '@varve/adapter-fs';
import { objectStoreConformance } from '@varve/store-conformance';
import sirv from 'sirv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpStore } from '../src/index.ts';
import { CODECS } from './hosts-test-kit.ts';

const base = mkdtempSync(join(tmpdir(), 'varve-http-'));
const places = new WeakMap<ObjectStore, string>();
let count = 0;
afterAll(() => rmSync(base, { recursive: true, force: true }));

const withRanges = sirv(base, { dev: true, etag: true });
const HOSTS: Record<string, RequestListener> = {
  sirv: (request, response) => withRanges(request, response, () => void response.writeHead(404).end()),
  'a server without ranges': (request, response) => void sendFile(request.url!, request.method!, response),
};

/** All that the simplest of servers do. */
async function sendFile(url: string, method: string, response: Parameters<RequestListener>[1]): Promise<void> {
  const path = join(base, new URL(url, 'http://host').pathname);
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile() !== true) return void response.writeHead(404).end('not found');
  response.writeHead(200, { 'content-length': info.size, 'content-type': 'application/octet-stream' });
  if (method === 'HEAD') response.end();
  else createReadStream(path).pipe(response);
}

describe.each(Object.entries(HOSTS))('on %s', (name, listener) => {
  const server = createServer(listener);
  let origin = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Writes and lists in the directory, reads from the server. */
  function storeIn(place: string): ObjectStore {
    const directory = fsStore(join(base, place));
    const { get, has, openObject } = httpStore(`${origin}/${place}`);
    const { capabilities, put, putIfAbsent, createObject, list, delete: remove } = directory;
    const store: ObjectStore = { capabilities, put, putIfAbsent, createObject, list, delete: remove, get, has, openObject };
    places.set(store, place);
    return store;
  }

  objectStoreConformance({
    name: `httpStore on ${name}`,
    open: () => storeIn(`store-${++count}`),
    reopen: (store) => storeIn(places.get(store)!),
    sync: false,
    lock: false,
    manyObjects: 20,
    largeObjectBytes: 1_000_000,
    testRunner: { describe, it },
  });

  it('a reader agrees with a map, whatever it is asked', async () => {
    const seed = 20_261_121;
    const random = seededRandom(seed);
    const pick = (n: number): number => random.uint32() % n;
    const place = `database-${++count}`;
    const known = new Map<string, string>();
    /** Closed when it is published: a writer at work would merge away what readers are told of. */
    const change = async (round: number): Promise<void> => {
      await using db = await open(fsStore(join(base, place)), CODECS);
      for (let i = 0; i < 400; i++) {
        const key = `key ${pick(1000)}`;
        if (pick(4) === 0) {
          known.delete(key);
          await db.delete(key);
        } else {
          known.set(key, `value ${pick(1e9)}`);
          await db.put(key, known.get(key)!);
        }
      }
      await db.flush();
      if (round === 3) await db.compact();
    };
    await change(0);
    await publish(fsStore(join(base, place)));
    await using reader = await openReader(httpStore(`${origin}/${place}/`), { ...CODECS, follow: false });
    for (let round = 1; round <= 5; round++) {
      await change(round);
      await publish(fsStore(join(base, place)));
      await reader.refresh();
      const keys = Array.from({ length: 100 }, () => `key ${pick(1000)}`);
      expect(await reader.getMany(keys), `seed=${seed} round=${round}`).toEqual(keys.map((key) => known.get(key)));
      const sorted = [...known].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(await reader.scan().all(), `seed=${seed} round=${round}`).toEqual(sorted);
      const prefix = `key ${pick(10)}`;
      expect(await reader.scan({ prefix, reverse: true }).all()).toEqual(sorted.filter(([key]) => key.startsWith(prefix)).reverse());
    }
  });
});
