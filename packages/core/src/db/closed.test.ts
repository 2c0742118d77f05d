// After close, and what is refused before anything happens: every method says so with a code or a type that a caller can act on.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../format/utf8-codec.ts';
import { memoryStore } from '../store/memory-store.ts';
import { open } from './open-database.ts';

async function setUp() {
  const store = memoryStore();
  const db = await open(store, { keys: utf8, values: utf8 });
  const words = db.keyspace('words', { keys: utf8, values: utf8 });
  await words.put('a', '1');
  await db.put('a', '1');
  return { store, db, words, snapshot: db.snapshot(), batch: db.batch().put('b', '2') };
}

type Parts = Awaited<ReturnType<typeof setUp>>;
type Reader = Pick<
  Parts['db'],
  'get' | 'getMany' | 'has' | 'getEntry' | 'scan' | 'getSync' | 'getManySync' | 'hasSync' | 'getEntrySync' | 'scanSync'
>;
type Writer = Pick<Parts['db'], 'put' | 'delete' | 'putMany' | 'clear' | 'update' | 'putSync' | 'deleteSync'>;

const READS: [string, (reader: Reader) => unknown][] = [
  ['get', (reader) => reader.get('a')],
  ['getMany', (reader) => reader.getMany(['a'])],
  ['getMany of nothing', (reader) => reader.getMany([])],
  ['has', (reader) => reader.has('a')],
  ['getEntry', (reader) => reader.getEntry('a')],
  ['getSync', (reader) => reader.getSync('a')],
  ['getManySync', (reader) => reader.getManySync(['a'])],
  ['hasSync', (reader) => reader.hasSync('a')],
  ['getEntrySync', (reader) => reader.getEntrySync('a')],
  ['scanSync', (reader) => [...reader.scanSync()]],
  ['scan().all', (reader) => reader.scan().all()],
  ['scan().first', (reader) => reader.scan().first()],
  ['scan().batches', (reader) => reader.scan().batches()[Symbol.asyncIterator]().next()],
  ['scan().keys', (reader) => reader.scan().keys()[Symbol.asyncIterator]().next()],
  ['scan().values', (reader) => reader.scan().values()[Symbol.asyncIterator]().next()],
];

const WRITES: [string, (writer: Writer) => unknown][] = [
  ['put', (writer) => writer.put('b', '2')],
  ['delete', (writer) => writer.delete('a')],
  ['putMany', (writer) => writer.putMany([['b', '2']])],
  ['putMany of nothing', (writer) => writer.putMany([])],
  ['clear', (writer) => writer.clear()],
  ['update', (writer) => writer.update('a', () => '2')],
  ['putSync', (writer) => writer.putSync('b', '2')],
  ['deleteSync', (writer) => writer.deleteSync('a')],
];

const CARE: [string, (parts: Parts) => unknown][] = [
  ['batch', ({ db }) => db.batch()],
  ['write', ({ db, batch }) => db.write(batch)],
  ['write of nothing', ({ db }) => db.write(undefined as never)],
  ['keyspace', ({ db }) => db.keyspace('other', { keys: utf8, values: utf8 })],
  ['dropKeyspace', ({ db }) => db.dropKeyspace('words')],
  ['snapshot', ({ db }) => db.snapshot()],
  ['sync', ({ db }) => db.sync()],
  ['flush', ({ db }) => db.flush()],
  ['compact', ({ db }) => db.compact()],
  ['verify', ({ db }) => db.verify()],
  ['stats', ({ db }) => db.stats()],
  ['keyspaces', ({ db }) => db.keyspaces()],
];

const CALLS: [string, (parts: Parts) => unknown][] = [
  ...READS.map(([name, call]): [string, (parts: Parts) => unknown] => [`db ${name}`, ({ db }) => call(db)]),
  ...READS.map(([name, call]): [string, (parts: Parts) => unknown] => [`key space ${name}`, ({ words }) => call(words)]),
  ...READS.map(([name, call]): [string, (parts: Parts) => unknown] => [`snapshot ${name}`, ({ snapshot }) => call(snapshot)]),
  ...WRITES.map(([name, call]): [string, (parts: Parts) => unknown] => [`db ${name}`, ({ db }) => call(db)]),
  ...WRITES.map(([name, call]): [string, (parts: Parts) => unknown] => [`key space ${name}`, ({ words }) => call(words)]),
  ...CARE.map(([name, call]): [string, (parts: Parts) => unknown] => [`db ${name}`, call]),
];

describe('after close', () => {
  it.each(CALLS)('%s is CLOSED', async (_, call) => {
    const parts = await setUp();
    await parts.db.close();
    await expect((async () => call(parts))()).rejects.toMatchObject({ name: 'StorageError', code: 'CLOSED' });
  });

  it('close does nothing more, nothing is under way, and snapshots may be closed', async () => {
    const { store, db, snapshot } = await setUp();
    await Promise.all([db.close(), db.close()]);
    await db.close();
    await db.idle();
    snapshot.close();
    await using again = await open(store, { keys: utf8, values: utf8 });
    expect(again.stats().snapshots).toBe(0);
  });

  it('what was written is there, and the store can be opened again at once', async () => {
    const { store, db } = await setUp();
    const late = db.put('late', 'x');
    await db.close();
    await late;
    await using again = await open(store, { keys: utf8, values: utf8 });
    expect(await again.get('late')).toBe('x');
  });

  it('an iteration that is under way ends with CLOSED', async () => {
    const { db } = await setUp();
    await db.putMany(Array.from({ length: 400 }, (_, i) => [`k${i}`, 'x'.repeat(500)] as const));
    const iterator = db.scan()[Symbol.asyncIterator]();
    await iterator.next();
    await db.close();
    const rest = async (): Promise<void> => {
      while ((await iterator.next()).done !== true);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a closed snapshot', () => {
  it.each(READS)('is CLOSED for %s, while the database goes on', async (_, call) => {
    const { db, snapshot } = await setUp();
    snapshot.close();
    snapshot.close();
    await expect((async () => call(snapshot))()).rejects.toMatchObject({
      code: 'CLOSED',
      message: 'the snapshot is closed: open a new one',
    });
    expect(await db.get('a')).toBe('1');
    await db.close();
  });
});

describe('opening', () => {
  const REFUSED: [string, object, string][] = [
    ['an unknown option', { keyEncoding: 'utf8' }, 'unknown option keyEncoding: did you mean keys?'],
    ['an option of another database', { cacheSize: 1 }, 'did you mean memoryBudgetBytes?'],
    ['a misspelled option', { durabilty: 'synced' }, 'did you mean durability?'],
    ['a codec that is none', { keys: 'utf8' }, 'keys must be a codec such as utf8, not the string "utf8"'],
    ['a codec without a name', { values: { encodeInto: () => 0 } }, 'values must be a codec'],
    ['an unknown durability', { durability: 'sync' }, "durability must be 'memory' or 'buffered' or 'synced', not the string \"sync\""],
    ['an unknown takeover', { takeover: true }, "takeover must be 'fail' or 'wait' or 'now'"],
    ['an unknown compression', { compression: 'zstd' }, "compression must be 'lz4' or 'none'"],
    ['too little memory', { memoryBudgetBytes: 1 << 20 }, 'memoryBudgetBytes must be an integer from 4194304 to 2147418112, not 1048576'],
    ['half a byte of memory', { memoryBudgetBytes: 2 ** 23 + 0.5 }, 'memoryBudgetBytes must be an integer'],
    ['memory in words', { memoryBudgetBytes: '64 MiB' }, 'memoryBudgetBytes must be an integer, not'],
    ['blocks that are too small', { blockSizeBytes: 100 }, 'blockSizeBytes must be an integer from 512 to 1048576'],
    ['SSTs that are too large', { sstSizeBytes: 2 ** 31 }, 'sstSizeBytes must be an integer from 4096'],
  ];

  it.each(REFUSED)('with %s is refused before the store is touched', async (_, options, message) => {
    let calls = 0;
    const store = memoryStore({ fault: () => (calls++, undefined) });
    await expect(open(store, options)).rejects.toThrow(message);
    expect(calls).toBe(0);
  });

  it('needs a store', async () => {
    const nothing = [undefined, null, './data', {}, []] as unknown as ReturnType<typeof memoryStore>[];
    for (const store of nothing) {
      await expect(open(store)).rejects.toThrow("open takes a store, such as fsStore('./data') or memoryStore()");
    }
    await expect(open(memoryStore(), null as never)).rejects.toThrow('options must be an object, not null');
  });

  it('needs a log', async () => {
    const { openLog: _, ...store } = memoryStore();
    await expect(open(store)).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('{ log }') as string });
  });

  it('takes undefined for any option', async () => {
    const options = {
      keys: undefined,
      values: undefined,
      durability: undefined,
      log: undefined,
      memoryBudgetBytes: undefined,
      signal: undefined,
    };
    await using db = await open(memoryStore(), options);
    await db.put('a', 'b');
    expect(await db.get('a')).toEqual(new TextEncoder().encode('b'));
  });
});

describe('keys and values that cannot be kept', () => {
  const LONGEST = 'k'.repeat(65_535);
  const TOO_LONG = 'k'.repeat(65_536);

  it('are refused by every call, and leave nothing behind', async () => {
    await using db = await open(memoryStore(), { keys: utf8, values: utf8 });
    const { epoch } = db.stats();
    const long = [
      db.put(TOO_LONG, ''),
      db.delete(TOO_LONG),
      db.get(TOO_LONG),
      db.has(TOO_LONG),
      db.getMany([TOO_LONG]),
      db.putMany([[TOO_LONG, '']]),
    ];
    for (const call of long) await expect(call).rejects.toThrow('key is too long: at most 65535 bytes');
    expect(() => db.putSync(TOO_LONG, '')).toThrow(RangeError);
    expect(() => db.getSync(TOO_LONG)).toThrow(RangeError);
    expect(() => db.scan({ gte: TOO_LONG })).toThrow(RangeError);
    const surrogates = [
      db.put('\ud800', ''),
      db.put('a', 'x\udfff'),
      db.delete('\udc00'),
      db.get('\ud800'),
      db.update('a', () => '\ud800'),
    ];
    for (const call of surrogates) await expect(call).rejects.toThrow(TypeError);
    expect(() => db.putSync('a', '\ud800')).toThrow(TypeError);
    expect(() => db.scan({ prefix: '\ud83d' })).toThrow(TypeError);
    await expect(db.put('a', 'x'.repeat(3 << 20))).rejects.toThrow(RangeError);
    expect(db.stats().epoch).toBe(epoch);
    await db.put('a', '1');
    expect(await db.scan().all()).toEqual([['a', '1']]);
  });

  it('are not the longest key, the empty key and the empty value', async () => {
    const store = memoryStore();
    const db = await open(store, { keys: utf8, values: utf8 });
    await db.put(LONGEST, 'longest');
    await db.put('', '');
    expect([await db.get(LONGEST), await db.get('')]).toEqual(['longest', '']);
    await db.flush();
    expect(await db.scan({ gte: LONGEST, lte: LONGEST }).all()).toEqual([[LONGEST, 'longest']]);
    expect(await db.scan({ reverse: true }).keys()[Symbol.asyncIterator]().next()).toEqual({ done: false, value: LONGEST });
    await db.close();
    await using again = await open(store, { keys: utf8, values: utf8 });
    expect((await again.scan().all()).map(([key]) => key.length)).toEqual([0, 65_535]);
    await again.compact();
    expect(await again.get(LONGEST)).toBe('longest');
  });
});
