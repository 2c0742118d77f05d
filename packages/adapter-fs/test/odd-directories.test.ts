// Directories that are not as they should be: each is refused with an error that says what to do, or works, and loses nothing.

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { open, utf8, type Database } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { fsStore, type FsStore } from '../src/index.ts';
import { withRoot } from './mounts.ts';
import { asNobody, NOBODY } from './nobody.ts';
import { storeProcesses } from './store-process-test-kit.ts';
import { xxh64 } from './xxh64.ts';

const { folder, start } = storeProcesses(new URL('database-program.ts', import.meta.url));
const ENTRIES = 40;
let count = 0;

type Open = Database<FsStore, string, Uint8Array, string, string, string>;

const freshDirectory = () => join(folder, `odd${count++}`);
const openIn = (directory: string | URL) => open(fsStore(directory), { keys: utf8, memoryBudgetBytes: 4 * 2 ** 20 }) as Promise<Open>;
const numbered = (n: number, ending: string) => `${String(n).padStart(20, '0')}.${ending}`;

/** A database with half of its entries in an SST and half in the log. */
async function databaseIn(directory: string | URL): Promise<void> {
  const db = await openIn(directory);
  for (let n = 0; n < ENTRIES / 2; n++) await db.put(`key-${n}`, `value-${n}`);
  await db.flush();
  for (let n = ENTRIES / 2; n < ENTRIES; n++) await db.put(`key-${n}`, `value-${n}`);
  await db.close();
}

async function expectWhole(directory: string | URL): Promise<void> {
  await using db = await openIn(directory);
  const all = await db.scan().all();
  expect(new Map(all.map(([key, value]) => [key, new TextDecoder().decode(value)]))).toEqual(
    new Map(Array.from({ length: ENTRIES }, (_, n) => [`key-${n}`, `value-${n}`])),
  );
  expect((await db.verify()).problems).toEqual([]);
}

/** Names and bytes of all files that hold data. */
function contentOf(directory: string): Map<string, string> {
  const parts = ['manifest', 'sst', 'wal'].flatMap((part) => readdirSync(join(directory, part)).map((name) => `${part}/${name}`));
  return new Map(parts.map((name) => [name, readFileSync(join(directory, name), 'latin1')]));
}

const newest = (directory: string, part: string, ending: string) =>
  join(
    directory,
    part,
    readdirSync(join(directory, part))
      .filter((name) => name.endsWith(ending))
      .sort()
      .at(-1)!,
  );

describe.runIf(withRoot)('a user without rights', () => {
  it('is told that the directory cannot be read or written, and by whom', async () => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const before = contentOf(directory);
    chmodSync(directory, 0o700);
    const [told] = await start(['open', directory], asNobody(folder)).rest();
    expect(told).toMatchObject({ code: expect.stringMatching(/^(READ_ONLY|UNAVAILABLE)$/) });
    expect(told).toMatchObject({
      message: expect.stringMatching(`give uid=${NOBODY} (read|write) access to the directory .* error=EACCES directory=${directory}`),
    });
    expect(contentOf(directory)).toEqual(before);
    await expectWhole(directory);
  });

  it('is told that the directory can only be read', async () => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const before = contentOf(directory);
    const [told] = await start(['open', directory], asNobody(folder)).rest();
    expect(told).toMatchObject({
      code: 'READ_ONLY',
      message: expect.stringMatching(`give uid=${NOBODY} write access to the directory .* error=EACCES directory=${directory}`),
    });
    expect(contentOf(directory)).toEqual(before);
    await expectWhole(directory);
  });

  it('cannot make a directory where only others may', async () => {
    const directory = join(freshDirectory(), 'below');
    mkdirSync(join(directory, '..'));
    const [told] = await start(['open', directory], asNobody(folder)).rest();
    expect(told).toMatchObject({ code: 'READ_ONLY', message: expect.stringContaining(`give uid=${NOBODY} write access`) });
    expect(existsSync(directory)).toBe(false);
  });
});

describe('a path', () => {
  it('of a file is UNAVAILABLE, and the file stays as it is', async () => {
    const file = freshDirectory();
    writeFileSync(file, 'precious');
    await expect(openIn(file)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(`a file stands where a directory is needed: name another directory error=ENOTDIR directory=${file}`),
    });
    expect(readFileSync(file, 'latin1')).toBe('precious');
  });

  it('that is a symbolic link leads to the same database, with the same lock', async () => {
    const directory = freshDirectory();
    const link = freshDirectory();
    mkdirSync(directory);
    symlinkSync(directory, link);
    await databaseIn(link);
    const db = await openIn(link);
    await expect(openIn(directory)).rejects.toMatchObject({ code: 'LOCKED' });
    await db.close();
    await expectWhole(directory);
  });

  it('that is relative is that of the moment when the store was made', async () => {
    const [here, there] = [freshDirectory(), freshDirectory()];
    mkdirSync(here);
    mkdirSync(there);
    expect(await start(['chdir', './data', there], { cwd: here }).rest()).toEqual(['done']);
    expect([readdirSync(here), readdirSync(there)]).toEqual([['data'], []]);
    await using db = await openIn(join(here, 'data'));
    expect(new TextDecoder().decode(await db.get('key'))).toBe('value');
  });

  it('with spaces, signs and letters of all kinds works, also as a URL', async () => {
    const directory = join(freshDirectory(), 'a b  c\'d "e" %20 #1 ? *', 'Straße · 日本語 · 🪨');
    await databaseIn(directory);
    await expectWhole(directory);
    await expectWhole(pathToFileURL(directory));
    expect(await start(['open', directory]).rest()).toEqual(['done']);
  });
});

describe('a database that another writer has open', () => {
  it('is LOCKED for the next one, in this process and in another, which is told who holds it and how to go on', async () => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const db = await openIn(directory);
    const refusal = (holder: string) => ({
      code: 'LOCKED',
      message: expect.stringContaining(`open (${holder}): close it, or open with takeover: 'wait' or 'now'`),
    });
    await expect(openIn(directory)).rejects.toMatchObject(refusal('this process'));
    expect(await start(['open', directory]).rest()).toEqual([refusal(`process ${process.pid}`)]);
    await db.put('key-0', 'value-0');
    await db.close();
    await expectWhole(directory);
  });
});

/** Changes the format version of a file, and what makes its header whole again. */
function fromTheFuture(path: string, repair: (bytes: Buffer) => void = () => undefined): void {
  const bytes = readFileSync(path);
  bytes.writeUInt16LE(2, 4);
  repair(bytes);
  writeFileSync(path, bytes);
}

const futures: readonly { what: string; part: string; ending: string; repair?: (bytes: Buffer) => void }[] = [
  { what: 'manifest', part: 'manifest', ending: '.manifest' },
  { what: 'log', part: 'wal', ending: '.wal', repair: (bytes) => bytes.writeBigUInt64LE(xxh64(bytes.subarray(0, 72)), 72) },
  { what: 'head of an SST', part: 'sst', ending: '.meta' },
];

describe('a newer format', () => {
  it.each(futures)('of the $what is UNSUPPORTED, and nothing is lost', async ({ part, ending, repair }) => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const path = newest(directory, part, ending);
    const original = readFileSync(path);
    fromTheFuture(path, repair);
    // Of an SST nothing is read before it is needed.
    const read = async (): Promise<unknown> => {
      await using db = await openIn(directory);
      return await db.scan().all();
    };
    await expect(read()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/cannot be read: use a newer version format=2/),
      object: path.slice(directory.length + 1),
    });
    writeFileSync(path, original);
    await expectWhole(directory);
  });
});

describe('a directory without manifests', () => {
  it.each([['sst', 'wal'], ['sst'], ['wal']])('but with data is CORRUPTION, never a new database: %s %s', async (...parts) => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const hidden = freshDirectory();
    mkdirSync(hidden);
    const missing = ['manifest', 'sst', 'wal'].filter((part) => !parts.includes(part));
    for (const part of missing) renameSync(join(directory, part), join(hidden, part));
    const refusal = {
      code: 'CORRUPTION',
      message: expect.stringContaining('there is data but no manifest: restore it from a backup, or open an empty place'),
    };
    await expect(openIn(directory)).rejects.toMatchObject(refusal);
    await expect(openIn(directory)).rejects.toMatchObject(refusal);
    for (const part of missing) renameSync(join(hidden, part), join(directory, part));
    await expectWhole(directory);
  });
});

describe('an empty file', () => {
  it('as the newest manifest is CORRUPTION that names it; without it everything is there', async () => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const next = Number.parseInt(newest(directory, 'manifest', '.manifest').slice(-29), 10) + 1;
    const name = `manifest/${numbered(next, 'manifest')}`;
    writeFileSync(join(directory, name), '');
    await expect(openIn(directory)).rejects.toMatchObject({ code: 'CORRUPTION', object: name });
    rmSync(join(directory, name));
    await expectWhole(directory);
  });

  it('in place of a log segment that was durable is CORRUPTION that names it', async () => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const path = newest(directory, 'wal', '.wal');
    const original = readFileSync(path);
    writeFileSync(path, '');
    await expect(openIn(directory)).rejects.toMatchObject({ code: 'CORRUPTION', object: path.slice(directory.length + 1) });
    writeFileSync(path, original);
    await expectWhole(directory);
  });

  it('as the newest log segment, or as a file of no meaning, does no harm', async () => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const next = Number.parseInt(newest(directory, 'wal', '.wal').slice(-24), 10) + 1;
    for (const name of [`wal/${numbered(next, 'wal')}`, 'wal/notes.txt', 'manifest/.DS_Store', 'sst/Thumbs.db', 'README']) {
      writeFileSync(join(directory, name), '');
    }
    await expectWhole(directory);
    await expectWhole(directory);
    expect([existsSync(join(directory, 'README')), existsSync(join(directory, 'wal/notes.txt'))]).toEqual([true, true]);
  });

  it.each(['.sst', '.meta'])('in place of one of an SST (%s) is CORRUPTION that names it', async (ending) => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const path = newest(directory, 'sst', ending);
    const original = readFileSync(path);
    writeFileSync(path, '');
    await expect(expectWhole(directory)).rejects.toMatchObject({ code: 'CORRUPTION', object: path.slice(directory.length + 1) });
    writeFileSync(path, original);
    await expectWhole(directory);
  });
});

describe('a directory that is deleted under an open database', () => {
  it('ends its writer with an error that is no success, and the database can be closed', async () => {
    const directory = freshDirectory();
    await databaseIn(directory);
    const db = await openIn(directory);
    rmSync(directory, { recursive: true });
    const refusal = { name: 'StorageError', code: expect.stringMatching(/^(FENCED|UNAVAILABLE|UNKNOWN)$/) };
    await expect(db.put('key', 'value')).rejects.toMatchObject(refusal);
    await expect(db.put('key', 'value')).rejects.toMatchObject(refusal);
    expect(() => db.putSync('key', 'value')).toThrow(expect.objectContaining(refusal));
    await expect(db.flush()).rejects.toMatchObject(refusal);
    await db.close();
    expect(existsSync(directory)).toBe(false);
  });
});
