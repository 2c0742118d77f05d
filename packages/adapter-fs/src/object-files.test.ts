// A call that is repeated synchronously while its asynchronous twin is under way: `link` stops the twin right after its object has got its name.

import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { storeOn } from './fs-store.ts';
import { ObjectFiles } from './object-files.ts';
import { runLater, runNow } from './steps.ts';

const base = mkdtempSync(join(tmpdir(), 'varve-fs-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
const freshDirectory = () => join(base, String(count++));
const bytes = new Uint8Array(5000).map((_, i) => i & 255);

/** Files of which each gets its name, and then, before the call goes on, `named` is called. */
function filesWith(named: () => void): { files: ObjectFiles; synced: string[] } {
  const files = new ObjectFiles(freshDirectory(), (existing, name) => {
    linkSync(existing, name);
    queueMicrotask(named);
  });
  const synced: string[] = [];
  const { folders } = files;
  const sync = folders.sync.bind(folders);
  folders.sync = function* (folder) {
    yield* sync(folder);
    synced.push(folder);
  };
  return { files, synced };
}

describe('putIfAbsent', () => {
  it('that finds what its pending twin has just named returns when the name lasts', async () => {
    const seen: unknown[] = [];
    const { files, synced } = filesWith(() => seen.push([...synced], runNow(files.putIfAbsent('manifest/1', bytes)), [...synced]));
    expect(await runLater(files.putIfAbsent('manifest/1', bytes))).toBe(true);
    expect(seen).toEqual([[], false, [`${files.directory}/manifest`]]);
  });
});

describe('put', () => {
  it('repeated with the same bytes once its pending twin has named the object has the effect of one, as has one that was done', async () => {
    let repeated = 0;
    const { files } = filesWith(() => {
      runNow(files.put('sst/1.meta', bytes));
      repeated++;
    });
    await runLater(files.put('sst/1.meta', bytes));
    runNow(files.put('sst/1.meta', bytes));
    expect(repeated).toBe(1);
    const { sync } = storeOn(files.directory);
    expect(sync.get('sst/1.meta')).toEqual(bytes);
    expect(readdirSync(join(files.directory, '_tmp'))).toEqual([]);
  });

  it('repeated before its pending twin has written anything has the effect of one', async () => {
    const store = storeOn(freshDirectory());
    const pending = store.put('a', bytes);
    store.sync.put('a', bytes);
    expect(store.sync.get('a')).toEqual(bytes);
    await pending;
    expect(store.sync.list('')).toEqual([{ name: 'a', size: bytes.length }]);
  });

  it('of other bytes, or under another name, is another one', async () => {
    const store = storeOn(freshDirectory());
    const pending = store.put('a', bytes);
    store.sync.put('b', bytes);
    await pending;
    await expect(store.put('a', bytes.slice())).rejects.toMatchObject({ code: 'CONFLICT', object: 'a' });
    store.sync.delete(['a']);
    store.sync.put('a', bytes);
    expect(store.sync.get('a')).toEqual(bytes);
  });

  it('that failed can be made again', () => {
    let failing = true;
    const store = storeOn(freshDirectory(), (existing, name) => {
      if (failing) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      linkSync(existing, name);
    });
    expect(() => store.sync.put('a', bytes)).toThrow(expect.objectContaining({ code: 'QUOTA' }));
    failing = false;
    store.sync.put('a', bytes);
    expect(store.sync.get('a')).toEqual(bytes);
  });
});

describe('has', () => {
  it('answers for two names in turn, and for a third', () => {
    const { sync } = storeOn(freshDirectory());
    sync.put('manifest/1', bytes);
    for (let turn = 0; turn < 3; turn++) expect([sync.has('manifest/2'), sync.has('manifest/1')]).toEqual([false, true]);
    sync.put('manifest/2', bytes);
    expect(['manifest/3', 'manifest/2', 'manifest/1'].map((name) => sync.has(name))).toEqual([false, true, true]);
  });
});

describe('replace', () => {
  it('puts another object in the place of the first, in one step', async () => {
    const { files } = filesWith(() => undefined);
    await runLater(files.replace('published.json', bytes));
    expect(readFileSync(join(files.directory, 'published.json')).equals(bytes)).toBe(true);
    const other = bytes.slice(0, 100);
    await runLater(files.replace('published.json', other));
    expect(readFileSync(join(files.directory, 'published.json')).equals(other)).toBe(true);
    expect(readdirSync(join(files.directory, '_tmp'))).toEqual([]);
  });

  it('that fails leaves the old one, and nothing else', async () => {
    const { files } = filesWith(() => undefined);
    mkdirSync(join(files.directory, 'published.json', 'taken'), { recursive: true });
    await expect(runLater(files.replace('published.json', bytes))).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM/);
    expect(readdirSync(join(files.directory, 'published.json'))).toEqual(['taken']);
    expect(readdirSync(join(files.directory, '_tmp'))).toEqual([]);
  });
});
