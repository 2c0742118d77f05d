// Addresses in the place of a directory: file:, https: and s3:. A real S3 is asked in test/bucket.cloud.test.ts.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { open, utf8 } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';
import sirv from 'sirv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, varve, varveJson } from './cli-test-kit.ts';

const base = mkdtempSync(join(tmpdir(), 'varve-addresses-'));
const directory = join(base, 'db');
const ROWS = Array.from({ length: 1500 }, (_, i) => ({ key: `k${String(i).padStart(5, '0')}`, value: { n: i } }));
let host: Server;
let origin = '';

beforeAll(async () => {
  const files = sirv(base, { dev: true });
  host = createServer((request, response) => files(request, response, () => void response.writeHead(404).end()));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  await varveJson([directory, 'import', '-'], ROWS.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await varveJson([directory, 'put', '--keyspace', 'other', 'x', 'y']);
  await varveJson([directory, 'publish']);
});
afterAll(async () => {
  host.closeAllConnections();
  await new Promise((resolve) => host.close(resolve));
  rmSync(base, { recursive: true, force: true });
});

describe('publish', () => {
  it('flushes what only the log has, and says what readers see', async () => {
    const place = join(base, 'small');
    await varveJson([place, 'put', 'only', 'in the log']);
    expect(await varveJson([place, 'publish'])).toEqual({
      place,
      database: expect.stringMatching(/^[0-9a-f]{32}$/),
      manifest: expect.any(Number),
      bytes: expect.any(Number),
      flushed: true,
    });
    expect((await varve([`${origin}/small`, 'get', 'only'])).out).toBe('in the log\n');
    await varveJson([place, 'put', 'later', '1']);
    expect((await varve([`${origin}/small`, 'get', 'later'])).code).toBe(3);
    expect((await varve([place, 'publish'])).out).toMatch(/^published .* in .*small, manifest \d+\n$/);
    expect((await varve([`${origin}/small`, 'get', 'later'])).out).toBe('1\n');
  });

  it('publishes what another process has flushed while that has the database open', async () => {
    const place = join(base, 'live');
    await using db = await open(fsStore(place), { keys: utf8, values: utf8 });
    await db.put('a', '1');
    await db.flush();
    await db.put('b', '2');
    expect(await varveJson([place, 'publish'])).toMatchObject({ flushed: false });
    expect((await varve([`${origin}/live`, 'scan'])).out).toBe('a\t1\n');
    await db.put('c', '3');
  });

  it('copies to an empty place, which it publishes, or to an earlier copy, and to no other', async () => {
    const to = join(base, 'copy');
    expect(await varveJson([directory, 'publish', to])).toMatchObject({ place: to, manifest: 1, flushed: true });
    expect(await varveJson([`${origin}/copy`, 'get', 'k00042'])).toMatchObject({ value: { n: 42 } });
    expect(await varveJson([directory, 'publish', to])).toMatchObject({ place: to });
    await varveJson([to, 'put', 'mine', '1']);
    expect(await varve([directory, 'publish', to])).toMatchObject({ code: 1, err: expect.stringMatching(/CONFLICT.*empty place/) });
    expect(await varve([directory, 'publish', `${origin}/elsewhere`])).toMatchObject({
      code: 1,
      err: expect.stringContaining('READ_ONLY'),
    });
    expect(await varve([join(base, 'nothing'), 'publish'])).toMatchObject({ code: 1, err: expect.stringContaining('NO_DATABASE') });
  });
});

describe('a static host', () => {
  const address = (): string => `${origin}/db?token=secret`;

  it('is read as the directory is', async () => {
    for (const args of [
      ['get', 'k00007', '--json'],
      ['get', '--keyspace', 'other', 'x'],
      ['scan', '--prefix', 'k0001'],
      ['scan', '--count', '--json'],
      ['export', '-', '--gte', 'k01490'],
      ['dump-manifest', '1'],
    ]) {
      const [there, here] = [await varve([address(), ...args]), await varve([directory, ...args])];
      expect([there.code, there.out], args.join(' ')).toEqual([0, here.out]);
    }
  });

  it('shows what it holds', async () => {
    const stats = (await varveJson([address(), 'stats'])) as { levels: { entries: number }[] };
    expect(stats).toMatchObject({
      place: `${origin}/db`,
      term: expect.any(Number),
      keySpaces: expect.arrayContaining([expect.objectContaining({ name: 'other' })]),
    });
    expect(stats.levels.reduce((sum, { entries }) => sum + entries, 0)).toBe(ROWS.length + 1);
    expect((await varve([address(), 'stats'])).out).toContain(`${origin}/db\n`);
    expect(await varveJson([address(), 'levels'])).toMatchObject({ locked: false, levels: stats.levels });
    expect(await varveJson([address(), 'verify'])).toMatchObject({ ok: true, problems: [], blocks: expect.any(Number) });
    const { ssts } = (await varveJson([address(), 'dump-sst'])) as { ssts: { id: string; entries: number }[] };
    expect(ssts.reduce((sum, { entries }) => sum + entries, 0)).toBe(ROWS.length + 1);
    const blocks = await varve([address(), 'dump-sst', ssts[0].id, '--entries', '--json']);
    expect(jsonLines(blocks.out).length).toBeGreaterThan(0);
    expect(await varveJson([address(), 'dump-manifest'])).toMatchObject({ manifests: expect.any(Array) });
  });

  it('refuses what would write, and what it cannot show, and says where', async () => {
    for (const args of [['put', 'a', 'b'], ['delete', 'a'], ['import', '-'], ['compact'], ['publish'], ['restore', '-']]) {
      const { code, err } = await varve([address(), ...args]);
      expect([code, err], args.join(' ')).toEqual([1, expect.stringMatching(new RegExp(`^error READ_ONLY: .* place=${origin}/db\n$`))]);
    }
    expect(await varve([address(), 'dump-log'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/UNSUPPORTED: a static host shows no log/),
    });
    expect(await varve([address(), 'bench'])).toMatchObject({ code: 2, err: expect.stringContaining('works on a directory') });
  });

  it('is backed up and copied from', async () => {
    const file = join(base, 'host.tar');
    expect(await varve([address(), 'backup', file])).toMatchObject({ code: 0, out: expect.stringMatching(/^backed up /) });
    expect((await varve([file, 'get', '--keyspace', 'other', 'x'])).out).toBe('y\n');
    const to = join(base, 'of-the-host');
    expect(await varve([address(), 'copy', to])).toMatchObject({ code: 0, out: expect.stringMatching(/^copied /) });
    expect((await varve([to, 'get', '--keyspace', 'other', 'x'])).out).toBe('y\n');
  });

  it('where nothing is published is named, and nothing secret is', async () => {
    const { code, err } = await varve([`${origin}/nowhere?token=secret`, 'scan']);
    expect([code, err]).toEqual([1, expect.stringMatching(/UNAVAILABLE: no database is published here.*nowhere/)]);
    expect(err).not.toContain('secret');
    const refused = await varve(['https://me:secret@host/db', 'scan']);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('no user and no password') });
    expect(refused.err).not.toContain('secret');
  });
});

describe('other addresses', () => {
  it('file: is a path', async () => {
    const address = pathToFileURL(directory).href;
    expect((await varve([address, 'scan', '--limit', '2'])).out).toBe((await varve([directory, 'scan', '--limit', '2'])).out);
    const file = join(base, 'backup.tar');
    await varve([address, 'backup', file]);
    expect((await varve([pathToFileURL(file).href, 'get', '--keyspace', 'other', 'x'])).out).toBe('y\n');
  });

  it('of an unknown kind are a mistake, not a directory', async () => {
    const before = readdirSync(base);
    expect(await varve(['ftp://host/db', 'put', 'a', 'b'])).toMatchObject({ code: 2, err: expect.stringContaining('not with ftp://') });
    expect(readdirSync(base)).toEqual(before);
  });

  it('of a bucket need credentials from the environment, and never show them', async () => {
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const address = `s3://bucket/places?endpoint=${origin}`;
    expect(await varve([address, 'scan'], '', none)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/NO_CREDENTIALS.*place=s3:\/\/bucket\/places/),
    });
    const written = await varve(['s3://AKIAHIDDEN:secret@bucket/places', 'scan'], '', none);
    expect(written).toMatchObject({ code: 2, err: expect.stringContaining('AWS_SECRET_ACCESS_KEY') });
    const some = { AWS_ACCESS_KEY_ID: 'AKIAHIDDEN', AWS_SECRET_ACCESS_KEY: 'secretkey', AWS_SESSION_TOKEN: 'hiddentoken' };
    const asked: (string | undefined)[] = [];
    const refusing = createServer(({ headers }, response) => {
      asked.push(headers.authorization, headers['x-amz-security-token'] as string | undefined);
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const refused = await varve(['s3://bucket/places', 'scan', '--json'], '', {
      ...some,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'eu-test-1',
    });
    await new Promise((resolve) => refusing.close(resolve));
    expect(asked).toEqual([expect.stringContaining('AKIAHIDDEN/'), 'hiddentoken']);
    expect(asked[0]).toContain('/eu-test-1/');
    expect(JSON.parse(refused.err)).toMatchObject({
      error: { code: 'UNSUPPORTED', message: expect.stringContaining('place=s3://bucket/places') },
    });
    for (const { err, out } of [written, refused]) expect(err + out).not.toMatch(/AKIAHIDDEN|secretkey|hiddentoken|:secret@/);
  });
});
