// Every command as users run it: a process of its own, its exit code, what it says in text and in JSON.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, json, tuple, utf8 } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, varve, varveJson } from './cli-test-kit.ts';

const base = mkdtempSync(join(tmpdir(), 'varve-cli-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let count = 0;
const fresh = (): string => join(base, String(count++));

const ROWS = Array.from({ length: 2500 }, (_, i) => ({ key: `k${String(i).padStart(5, '0')}`, value: { n: i, text: 'ü"\n' } }));
const NDJSON = ROWS.map((row) => `${JSON.stringify(row)}\n`).join('');

async function sample(): Promise<string> {
  const directory = fresh();
  expect(await varveJson([directory, 'import', '-'], NDJSON)).toMatchObject({ entries: ROWS.length });
  return directory;
}

describe('help', () => {
  it('is shown without arguments, names every command and ends well', async () => {
    const { code, out } = await varve([]);
    expect(code).toBe(0);
    for (const name of 'get put delete scan import export backup restore stats levels verify compact serve-compactor dump-sst dump-log dump-manifest bench'.split(
      ' ',
    )) {
      expect(out).toContain(`\n  ${name} [options]`);
    }
  });

  it('of a command has examples, with a directory in front and without', async () => {
    const [plain, placed] = await Promise.all([varve(['import', '--help']), varve([base, 'import', '--help'])]);
    expect(plain.code).toBe(0);
    expect(plain.out).toContain('Usage: varve <directory> import [options] <file>');
    expect(plain.out).toContain('Examples:\n  varve ./data import entries.ndjson');
    expect(placed.out).toBe(plain.out);
  });
});

describe('backup and restore', () => {
  it('bring the whole database to another directory, through one file', async () => {
    const directory = await sample();
    await varve([directory, 'put', '--keyspace', 'other', 'x', 'y']);
    const [file, copy] = [`${fresh()}.tar`, fresh()];
    expect(await varveJson([directory, 'backup', file])).toMatchObject({ bytes: statSync(file).size });
    expect(readdirSync(base).filter((name) => name.includes('partial'))).toEqual([]);
    expect(await varveJson([copy, 'restore', file])).toMatchObject({ bytes: expect.any(Number) });
    expect((await varve([copy, 'scan', '--json'])).out).toBe((await varve([directory, 'scan', '--json'])).out);
    expect((await varve([copy, 'get', '--keyspace', 'other', 'x'])).out).toBe('y\n');
    expect(await varveJson([copy, 'verify'])).toMatchObject({ ok: true });
    expect(await varve([copy, 'put', 'k', '1'])).toMatchObject({ code: 0 });
    expect((await varve([copy, 'get', 'k'])).out).toBe('1\n');
  });

  it('go through standard output and input', async () => {
    const [directory, file, copy] = [await sample(), `${fresh()}.tar`, fresh()];
    await varve([directory, 'backup', file]);
    expect(await varve([copy, 'restore', '-'], readFileSync(file))).toMatchObject({ code: 0 });
    expect(await varveJson([copy, 'get', 'k00001'])).toMatchObject({ value: { n: 1 } });
    const { code, err } = await varve([copy, 'backup', '-']);
    expect([code, err]).toEqual([0, expect.stringMatching(/^(?:backing up .*\n)*backed up /)]);
  });

  it('let a file be looked into as it is, and refuse to write to it', async () => {
    const [directory, file] = [await sample(), `${fresh()}.tar`];
    await varve([directory, 'backup', file]);
    const before = readFileSync(file);
    expect(await varveJson([file, 'get', 'k00001'])).toMatchObject({ value: { n: 1 } });
    expect(await varveJson([file, 'verify'])).toMatchObject({ ok: true });
    const { code, err } = await varve([file, 'put', 'a', 'b']);
    expect([code, err]).toEqual([2, expect.stringContaining(`varve ./data restore ${file}`)]);
    expect(await varve([file, 'restore', directory])).toMatchObject({ code: 2, err: expect.stringContaining('the directory comes first') });
    expect(await varve([file, 'get', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Usage') });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('refuse a place where something is, and a file that is cut short, and say so', async () => {
    const [directory, file, cut, copy] = [await sample(), `${fresh()}.tar`, `${fresh()}.tar`, fresh()];
    await varve([directory, 'backup', file]);
    expect(await varve([directory, 'restore', file])).toMatchObject({ code: 1, err: expect.stringMatching(/CONFLICT.*empty place/) });
    writeFileSync(cut, readFileSync(file).subarray(0, 5000));
    expect(await varve([copy, 'restore', cut])).toMatchObject({ code: 1, err: expect.stringMatching(/CORRUPTION.*not whole/) });
    expect(await varve([copy, 'restore', file])).toMatchObject({ code: 0 });
    expect(await varve([cut, 'scan'])).toMatchObject({ code: 1, err: expect.stringMatching(/CORRUPTION/) });
  });
});

describe('a mistake in the command line', () => {
  it('ends with 2 and a sentence', async () => {
    const results = await Promise.all(
      [
        ['get', 'key'],
        [base, 'fly'],
        [base, 'get'],
        [base, 'scan', '--limit', 'many'],
        [base, 'get', 'k', '--key-as', 'runes'],
      ].map((args) => varve(args)),
    );
    expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    expect(results.map(({ out }) => out)).toEqual(['', '', '', '', '']);
    expect(results[0].err).toContain('the directory comes first');
    expect(results[1].err).toContain("unknown command 'fly'");
  });

  it('is one JSON object with --json', async () => {
    const { code, err } = await varve([base, 'get', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(err)).toEqual({ error: { code: 'USAGE', message: "missing required argument 'key'" } });
  });
});

describe('put, get and delete', () => {
  it('write, show and remove a value', async () => {
    const directory = fresh();
    expect(await varve([directory, 'put', 'greeting', 'hello'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^written at epoch \d+\n$/),
    });
    expect(await varve([directory, 'get', 'greeting'])).toEqual({ code: 0, out: 'hello\n', err: '' });
    expect(await varveJson([directory, 'get', 'greeting'])).toEqual({
      key: 'greeting',
      value: 'hello',
      epoch: expect.stringMatching(/^\d+$/),
    });
    expect(await varveJson([directory, 'delete', 'greeting', 'other'])).toMatchObject({ keys: ['greeting', 'other'] });
    expect(await varve([directory, 'get', 'greeting'])).toEqual({ code: 3, out: '', err: 'error NOT_FOUND: no such key: greeting\n' });
  });

  it('keep bytes exactly, on standard input and output', async () => {
    const directory = fresh();
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await varveJson([directory, 'put', '--keys', 'bytes', '--values', 'bytes', '--key-as', 'hex', '00ff', '-'], bytes);
    expect(await varveJson([directory, 'get', '--key-as', 'base64', 'AP8='])).toMatchObject({
      value: { $bytes: Buffer.from(bytes).toString('base64') },
    });
    expect((await varve([directory, 'get', '--key-as', 'hex', '00ff', '--value-as', 'hex'])).out).toBe(
      `${Buffer.from(bytes).toString('hex')}\n`,
    );
    expect((await varve([directory, 'scan', '--keys-only'])).out).toBe('0x00ff\n');
  });

  it('take tuples and structured values as tagged JSON', async () => {
    const directory = fresh();
    const value = '{"when":{"$date":"2026-11-21T00:00:00.000Z"},"big":{"$bigint":"12"},"set":{"$set":[1]}}';
    await varveJson([
      directory,
      'put',
      '--keyspace',
      'visits',
      '--keys',
      'tuple(string,number)',
      '--values',
      'structured',
      '["NO",7]',
      value,
    ]);
    expect((await varve([directory, 'get', '--keyspace', 'visits', '["NO",7]'])).out).toBe(`${value}\n`);
    expect(await varve([directory, 'get', '--keyspace', 'visits', '["NO","7"]'])).toMatchObject({ code: 2 });
  });

  it('refuse other codecs than recorded, and key spaces that are not there, by name', async () => {
    const directory = fresh();
    await varveJson([directory, 'put', 'a', 'b']);
    const codecs = await varve([directory, 'put', '--values', 'json', 'a', '1']);
    const space = await varve([directory, 'scan', '--keyspace', 'x', '--json']);
    const none = await varve([join(base, 'nowhere'), 'get', 'a']);
    expect([codecs.code, space.code, none.code]).toEqual([1, 1, 1]);
    expect(codecs.err).toMatch(/UNSUPPORTED: .*values: utf8.*values: json/);
    expect(JSON.parse(space.err)).toMatchObject({ error: { code: 'NO_KEY_SPACE' } });
    expect(none.err).toContain('NO_DATABASE');
    expect(readdirSync(base)).not.toContain('nowhere');
  });
});

describe('a database that another process has open', () => {
  it('is LOCKED for what needs the lock, with a hint, and can be looked into by what does not', async () => {
    const directory = await sample();
    const db = await open(fsStore(directory), { keys: utf8, values: json() });
    try {
      const { code, err } = await varve([directory, 'get', 'k00001']);
      expect(code).toBe(1);
      expect(err).toMatch(/LOCKED: another process .* dump-sst/);
      expect(await varveJson([directory, 'levels'])).toMatchObject({ locked: true });
      expect(await varveJson([directory, 'dump-manifest'])).toMatchObject({ keySpaces: [{ keys: 'utf8', values: 'json' }] });
      expect(await varveJson([directory, 'dump-log'])).toHaveProperty('segments');
    } finally {
      await db.close();
    }
  });
});

describe('import and export', () => {
  it('bring back every entry as it was', async () => {
    const directory = await sample();
    const exported = await varve([directory, 'export', '-']);
    expect(exported.code).toBe(0);
    expect(exported.out).toBe(NDJSON);
    expect(exported.err).toMatch(/^(?:exporting .*\n)*exported 2,500 entries \(.*\/s\n$/);
    const file = join(base, 'out.ndjson');
    expect(await varveJson([directory, 'export', file, '--gte', 'k00010', '--lt', 'k00020', '--reverse'])).toMatchObject({ entries: 10 });
    expect(jsonLines(readFileSync(file, 'utf8')).map((row) => (row as { key: string }).key)).toEqual(
      ROWS.slice(10, 20)
        .map(({ key }) => key)
        .reverse(),
    );
  });

  it('read and write CSV with quotes and line breaks', async () => {
    const directory = await sample();
    const file = join(base, 'out.csv');
    await varveJson([directory, 'export', file]);
    expect(readFileSync(file, 'utf8')).toMatch(/^key,n,text\nk00000,0,"ü""\n"\nk00001,/);
    const again = fresh();
    expect(await varveJson([again, 'import', file, '--key', 'key'])).toMatchObject({ entries: ROWS.length });
    expect(await varveJson([again, 'get', 'k02499'])).toMatchObject({ value: { n: '2499', text: 'ü"\n' } });
    const typed = fresh();
    await varveJson([
      typed,
      'import',
      file,
      '--keyspace',
      't',
      '--keys',
      'tuple(string,number)',
      '--key',
      'key',
      '--key',
      'n',
      '--value',
      'text',
      '--values',
      'utf8',
    ]);
    expect(await varveJson([typed, 'get', '--keyspace', 't', '["k00002",2]'])).toMatchObject({ value: 'ü"\n' });
  });

  it('stop at the first bad line, name it, and keep what stands before it', async () => {
    const directory = fresh();
    const { code, err } = await varve(
      [directory, 'import', '-'],
      '{"key":"a","value":1}\n\n{"key":"b","value":2}\nnot JSON\n{"key":"c","value":3}\n',
    );
    expect(code).toBe(1);
    expect(err).toMatch(/BAD_INPUT: line 4 is not JSON: .* \(imported before it: 2 entries\)/);
    const wrong = await varve([directory, 'import', '-'], '{"key":"d","value":1}\n{"key":7,"value":2}\n');
    expect(wrong.err).toMatch(/line 2: expected a string, not the number 7.* \(imported before it: 1 entry\)/);
    expect((await varve([directory, 'scan', '--keys-only'])).out).toBe('a\nb\nd\n');
    const columns = join(base, 'short.csv');
    writeFileSync(columns, 'id,name\n1,one\n2\n');
    expect((await varve([directory, 'import', columns, '--key', 'id'])).err).toContain('the record on line 3 has 1 fields, the header 2');
    expect((await varve([directory, 'import', columns, '--key', 'nr'])).code).toBe(2);
    const missing = await varve([join(base, 'nowhere'), 'import', join(base, 'nothing')]);
    expect(missing).toMatchObject({ code: 1, err: expect.stringMatching(/^error ENOENT: no such file/) });
    expect(readdirSync(base)).not.toContain('nowhere');
  });
});

describe('scan', () => {
  it('lists a range in lines, in JSON, and counts it', async () => {
    const directory = await sample();
    const text = await varve([directory, 'scan', '--prefix', 'k0000', '--limit', '2']);
    expect(text.out).toBe('k00000\t{"n":0,"text":"ü\\"\\n"}\nk00001\t{"n":1,"text":"ü\\"\\n"}\n');
    expect(jsonLines((await varve([directory, 'scan', '--gt', 'k02497', '--json'])).out)).toEqual(ROWS.slice(2498));
    expect(await varveJson([directory, 'scan', '--count', '--lte', 'k00099'])).toEqual({ entries: 100 });
    expect((await varve([directory, 'scan', '--keys-only', '--reverse', '--limit', '1'])).out).toBe('k02499\n');
  });
});

describe('what the database holds', () => {
  it('stats, levels, verify and compact tell in JSON and in pictures', async () => {
    const directory = await sample();
    expect(await varveJson([directory, 'compact'])).toMatchObject({ after: expect.any(Array), bytesAfter: expect.any(Number) });
    const levels = (await varveJson([directory, 'levels'])) as { levels: { entries: number; score: number }[]; locked: boolean };
    expect(levels.locked).toBe(false);
    expect(levels.levels.reduce((sum, { entries }) => sum + entries, 0)).toBe(ROWS.length);
    expect((await varve([directory, 'levels'])).out).toMatch(/^level {2}SSTs .*\n[\s\S]*L\d +1 .*2,500.*█{32}\n$/);
    expect(await varveJson([directory, 'stats'])).toMatchObject({
      directory,
      keySpaces: [{ id: 0, name: '', keys: 'utf8', values: 'json' }],
    });
    expect((await varve([directory, 'stats'])).out).toContain('2,500 entries in 1 SST');
    expect(await varveJson([directory, 'verify'])).toMatchObject({ ok: true, ssts: 1, problems: [] });
    expect((await varve([directory, 'verify'])).out).toMatch(/^sound: 1 SST, /);
  });

  it('verify ends with 1 and names the place where a byte was changed', async () => {
    const directory = await sample();
    await varveJson([directory, 'compact']);
    const name = readdirSync(join(directory, 'sst')).find((file) => file.endsWith('.sst'))!;
    const path = join(directory, 'sst', name);
    const bytes = readFileSync(path);
    bytes[100] ^= 1;
    writeFileSync(path, bytes);
    const { code, out } = await varve([directory, 'verify']);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^damaged: 1 problem .*\\n.*sst/${name} offset=0`));
    expect(JSON.parse((await varve([directory, 'verify', '--json'])).out)).toMatchObject({
      ok: false,
      problems: [{ object: `sst/${name}`, offset: 0 }],
    });
    const dump = await varve([directory, 'dump-sst', name, '--entries']);
    expect(dump.code).toBe(1);
    expect(dump.err).toContain('CORRUPTION: block of an SST is damaged');
  });

  it('dump-sst, dump-log and dump-manifest show objects down to their entries', async () => {
    const directory = await sample();
    const db = await open(fsStore(directory), { keys: utf8, values: json() });
    const rooms = db.keyspace('rooms', { keys: tuple.any, values: json() });
    await db.compact();
    await rooms.put(['a', 1], null);
    await db.delete('k00000');
    await db.close();
    const { ssts } = (await varveJson([directory, 'dump-sst'])) as { ssts: { id: string; level: number; entries: number }[] };
    expect(ssts).toMatchObject([{ entries: ROWS.length }]);
    expect((await varve([directory, 'dump-sst'])).out).toMatch(/L\d .* 2,500 {2}k00000 +k02499\n$/);
    const short = ssts[0].id.replace(/\b0+/g, '');
    expect(await varveJson([directory, 'dump-sst', short])).toMatchObject({ id: ssts[0].id, partitions: [{ offset: expect.any(Number) }] });
    const blocks = jsonLines((await varve([directory, 'dump-sst', short, '--entries', '--json'])).out) as {
      entries: { key: string; value: unknown }[];
    }[];
    expect(blocks.flatMap(({ entries }) => entries.map(({ key, value }) => ({ key, value })))).toEqual(ROWS);
    expect((await varve([directory, 'dump-sst', short, '--entries'])).out).toContain('put     k00007  {"n":7,');
    const { segments } = (await varveJson([directory, 'dump-log'])) as { segments: { number: number; entries: number }[] };
    const written = segments.find(({ entries }) => entries === 2)!;
    expect((await varve([directory, 'dump-log', String(written.number)])).out).toMatch(
      /put {5}rooms: \["a",1\] {2}null\n[\s\S]*delete {2}k00000\n[\s\S]*close/,
    );
    expect(await varveJson([directory, 'dump-log', String(written.number)])).toMatchObject({ damaged: false });
    const history = (await varve([directory, 'dump-manifest'])).out;
    expect(history).toContain('a writer opens the database');
    expect(history).toContain('new key space rooms');
    const { manifest } = (await varveJson([directory, 'dump-manifest'])) as { manifest: number };
    expect(await varveJson([directory, 'dump-manifest', String(manifest)])).toMatchObject({
      number: manifest,
      json: { term: expect.any(String) },
    });
    expect((await varve([directory, 'dump-manifest', '9999'])).err).toContain('NO_OBJECT');
  });
});

describe('bench', () => {
  it('measures in a folder that it removes', async () => {
    const directory = fresh();
    const { results } = (await varveJson([directory, 'bench', '--entries', '2000', '--value-bytes', '20'])) as {
      results: { perSecond: number }[];
    };
    expect(results).toHaveLength(5);
    expect(results.every(({ perSecond }) => perSecond > 0)).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });
});
