// A published database on a plain static host, for tests that run where no server can be started: in browsers and in workerd. Vitest runs this in Node before
// them (`globalSetup`), and hands them its address.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsStore } from '@varve/adapter-fs';
import { open, utf8 } from '@varve/core';
import { publish } from '@varve/core/copy';
import sirv from 'sirv';
import type { TestProject } from 'vitest/node';
import { ENTRIES, keyOf, valueOf } from './served-database.ts';

const ended: (() => Promise<void>)[] = [];

export async function setup(project: TestProject): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-http-'));
  ended.push(() => rm(folder, { recursive: true }));
  await makeDatabase(join(folder, 'db'));
  const server = await serve(folder);
  ended.push(() => stop(server));
  project.provide('published', `http://127.0.0.1:${(server.address() as AddressInfo).port}/db`);
}

export async function teardown(): Promise<void> {
  for (const end of ended.splice(0).reverse()) await end();
}

async function makeDatabase(folder: string): Promise<void> {
  const store = fsStore(folder);
  const db = await open(store, { keys: utf8, values: utf8 });
  await db.putMany(Array.from({ length: ENTRIES }, (_, i): [string, string] => [keyOf(i), valueOf(i)]));
  await db.flush();
  await publish(store);
  await db.close();
}

async function serve(folder: string): Promise<Server> {
  const files = sirv(folder, {
    dev: true,
    etag: true,
    setHeaders(response) {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-expose-headers', 'content-range, content-length, etag');
    },
  });
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') {
      const asked = request.headers['access-control-request-headers'] ?? '';
      return void response.writeHead(204, { 'access-control-allow-origin': '*', 'access-control-allow-headers': asked }).end();
    }
    files(request, response, () => void response.writeHead(404, { 'access-control-allow-origin': '*' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
