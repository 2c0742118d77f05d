// What the system refuses: rights, space, descriptors. Needs root, to mount small file systems and to act as a user without rights; where that is not
// possible set VARVE_WITHOUT_ROOT=1, which leaves these tests out.

import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError, type LogSegment } from '@varve/core';
import { afterEach, describe, expect, it } from 'vitest';
import { fsStore } from '../src/index.ts';
import { mountTmpfs, run, unmount, withRoot } from './mounts.ts';
import { asNobody, NOBODY } from './nobody.ts';
import { storeProcesses } from './store-process-test-kit.ts';

const { folder, start } = storeProcesses();
const mounted: string[] = [];
let count = 0;

afterEach(() => {
  for (const directory of mounted.splice(0)) unmount(directory);
});

function freshDirectory(mode = 0o755): string {
  const directory = join(folder, `db${count++}`);
  mkdirSync(directory);
  chmodSync(directory, mode);
  return directory;
}

/** A file system of its own, in memory. */
function freshFileSystem(size: string): string {
  const directory = freshDirectory();
  mountTmpfs(directory, size);
  mounted.push(directory);
  return directory;
}

function errorOf(attempt: () => unknown): StorageError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

describe.runIf(withRoot)('a directory', () => {
  it('that may be read but not written answers reads and refuses writes as READ_ONLY, saying where and who', async () => {
    const directory = freshDirectory();
    fsStore(directory).sync.put('object', new Uint8Array(5));
    chmodSync(directory, 0o755);
    const told = await start(['operations', directory], asNobody(folder)).rest();
    const refused = { code: 'READ_ONLY', message: expect.stringMatching(`give uid=${NOBODY} write access.* directory=${directory}`) };
    const creation = (object: string) => expect.objectContaining({ ...refused, object });
    expect(told).toEqual([
      { result: 5 },
      creation('new'),
      creation('newer'),
      creation('newest'),
      expect.objectContaining(refused),
      expect.objectContaining(refused),
      expect.objectContaining(refused),
      { result: 1 },
    ]);
  });

  it('that may not be read at all is UNAVAILABLE, saying where and who', async () => {
    const directory = freshDirectory();
    fsStore(directory).sync.put('object', new Uint8Array(5));
    chmodSync(directory, 0o700);
    const [get, put] = await start(['operations', directory], asNobody(folder)).rest();
    expect(get).toEqual({
      code: 'UNAVAILABLE',
      object: 'object',
      message: expect.stringMatching(`give uid=${NOBODY} read access.* directory=${directory}`),
    });
    expect(put).toMatchObject({ code: 'READ_ONLY' });
  });

  it('on a file system that is mounted for reading only is READ_ONLY', () => {
    const directory = freshFileSystem('1m');
    const { sync } = fsStore(directory);
    sync.put('object', new Uint8Array(5));
    run('mount', '-o', 'remount,ro', directory);
    expect(sync.get('object')).toEqual(new Uint8Array(5));
    const error = errorOf(() => sync.put('other', new Uint8Array(5)));
    expect([error.code, error.message]).toEqual(['READ_ONLY', expect.stringMatching(`mounted for reading only.* directory=${directory}`)]);
  });
});

describe.runIf(withRoot)('a full disk', () => {
  it('is QUOTA for objects, of which nothing is left, in both halves', async () => {
    const directory = freshFileSystem('1m');
    const store = fsStore(directory);
    const large = new Uint8Array(2 ** 21).fill(7);
    store.sync.put('small', new Uint8Array(5));
    expect(errorOf(() => store.sync.put('a', large)).code).toBe('QUOTA');
    expect(errorOf(() => store.sync.putIfAbsent('b', large)).message).toMatch(
      `no space is left for the database: free some, then open again error=ENOSPC directory=${directory}`,
    );
    await expect(store.put('c', large)).rejects.toMatchObject({ code: 'QUOTA', object: 'c' });
    await expect(store.putIfAbsent('d', large)).rejects.toMatchObject({ code: 'QUOTA' });
    expect(store.sync.list('')).toEqual([{ name: 'small', size: 5 }]);
    expect(readdirSync(join(directory, '_tmp'))).toEqual([]);
    store.sync.put('as-large-as-fits', large.subarray(0, 900_000));
  });

  it('is QUOTA for a writer, which leaves nothing once it is aborted', async () => {
    const directory = freshFileSystem('1m');
    const store = fsStore(directory);
    const writer = await store.createObject('a', 2 ** 21);
    await writer.append(new Uint8Array(2 ** 19), 0);
    await expect(writer.append(new Uint8Array(2 ** 20), 2 ** 19)).rejects.toMatchObject({ code: 'QUOTA', object: 'a' });
    await writer.abort();
    expect([store.sync.list(''), readdirSync(join(directory, '_tmp'))]).toEqual([[], []]);
    store.sync.put('b', new Uint8Array(900_000));
  });

  it('is QUOTA for the log; the same append may be repeated when there is room', async () => {
    const directory = freshFileSystem('1m');
    const store = fsStore(directory);
    store.sync.put('ballast', new Uint8Array(600_000));
    const log = store.openLog();
    const segment = log.create(1, 2 ** 20) as LogSegment;
    await segment.append(new Uint8Array(1000).fill(1), 0);
    await segment.sync();
    const large = new Uint8Array(500_000).fill(2);
    expect(errorOf(() => segment.append(large, 1000)).code).toBe('QUOTA');
    store.sync.delete(['ballast']);
    await segment.append(large, 1000);
    await segment.sync();
    await segment.close();
    const into = new Uint8Array(501_000);
    await log.read(1, into);
    expect([into[999], into[1000], into[500_999]]).toEqual([1, 2, 2]);
  });

  it('does not keep the log from using the last free bytes', async () => {
    const directory = freshFileSystem('64k');
    const segment = fsStore(directory)
      .openLog()
      .create(1, 2 ** 20) as LogSegment;
    await segment.sync();
    let position = 0;
    for (; position < 32_000; position += 100) await segment.append(new Uint8Array(100).fill(1), position);
    await segment.sync();
    await segment.close();
    expect(position).toBe(32_000);
  });
});

describe('too many open files', () => {
  it('are UNAVAILABLE, with the remedy', async () => {
    const directory = freshDirectory();
    fsStore(directory).sync.put('object', new Uint8Array(5));
    const [told] = await start(['open', directory], { prefix: ['sh', '-c', 'ulimit -n 100; exec "$@"', 'sh'] }).rest();
    expect(told).toMatchObject({
      code: 'UNAVAILABLE',
      object: 'object',
      message: expect.stringMatching('too many files are open: raise the limit'),
    });
  });
});

describe('what is no directory', () => {
  it('is UNAVAILABLE when it is a file', () => {
    const file = join(folder, `file${count++}`);
    writeFileSync(file, 'text');
    const { sync } = fsStore(file);
    expect(sync.get('object')).toBeUndefined();
    expect(errorOf(() => sync.put('object', new Uint8Array(5))).code).toBe('UNAVAILABLE');
  });

  it('is made on the first write, with all folders above it', () => {
    const directory = join(folder, `new${count++}`, 'deeper', 'still');
    const { sync } = fsStore(directory);
    expect([sync.get('object'), sync.list('')]).toEqual([undefined, []]);
    sync.put('object', new Uint8Array(5));
    expect(fsStore(directory).sync.get('object')).toEqual(new Uint8Array(5));
  });
});

describe('a name', () => {
  const names = ['', '/', '../x', 'a/../b', 'a/./b', './a', 'a//b', '/a', 'a/', 'A', 'ä', 'a b', '_tmp/a', 'a\\b', 'a\0b', '..', '.'];

  it.each(names)('that leads out of the directory is a TypeError: %j', (name) => {
    const { sync } = fsStore(freshDirectory());
    expect(() => sync.put(name, new Uint8Array(1))).toThrow(TypeError);
    expect(() => sync.get(name)).toThrow(TypeError);
    expect(() => sync.delete([name])).toThrow(TypeError);
  });
});
