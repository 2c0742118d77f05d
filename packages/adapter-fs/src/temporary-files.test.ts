import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Folders } from './folders.ts';
import { encodeIdentity, thisProcess } from './process-identity.ts';
import { TemporaryFiles } from './temporary-files.ts';

const here = thisProcess();
const dead = { ...here, pid: 2 ** 30, start: '' };
const elsewhere = { ...here, host: 'elsewhere', boot: '00000000' };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'varve-tmp-'));
  mkdirSync(join(directory, '_tmp'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function leave(name: string, ageDays = 0): void {
  const path = join(directory, '_tmp', name);
  writeFileSync(path, 'bytes');
  const then = new Date(Date.now() - ageDays * 24 * 3600 * 1000);
  utimesSync(path, then, then);
}

it('files of dead processes are removed, those of living and unknown ones stay', () => {
  const names = [here, elsewhere].map((owner) => `${encodeIdentity(owner)}~nonce-0`);
  leave(`${encodeIdentity(dead)}~nonce-0`);
  for (const name of names) leave(name);
  leave('something else');
  mkdirSync(join(directory, '_tmp', `${encodeIdentity(dead)}~nonce-1.d`));
  writeFileSync(join(directory, '_tmp', `${encodeIdentity(dead)}~nonce-1.d`, '_object'), 'bytes');
  new TemporaryFiles(new Folders(directory)).newPath();
  expect(readdirSync(join(directory, '_tmp')).sort()).toEqual([...names, 'something else'].sort());
});

it('files of unknown processes are removed after a week', () => {
  leave(`${encodeIdentity(elsewhere)}~nonce-0`, 6);
  leave(`${encodeIdentity(elsewhere)}~nonce-1`, 8);
  new TemporaryFiles(new Folders(directory)).newPath();
  expect(readdirSync(join(directory, '_tmp'))).toEqual([`${encodeIdentity(elsewhere)}~nonce-0`]);
});

it('every path is new, also between stores of one process', () => {
  const folders = new Folders(directory);
  const files = [new TemporaryFiles(folders), new TemporaryFiles(folders)];
  const paths = Array.from({ length: 20 }, (_, i) => files[i % 2].newPath());
  expect(new Set(paths).size).toBe(20);
  expect(paths.some((path) => existsSync(path))).toBe(false);
});
