// What an open looks at before it believes that the database is its own (docs/PROTOCOL.md, rules 2, 5 and 6).

import { describe, expect, it } from 'vitest';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import type { LogStore } from '../../src/store/log-store.ts';
import { memoryStore, type MemoryStore } from '../../src/store/memory-store.ts';

const settings = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20, takeover: 'now' } as const;

async function storeWith(key: string): Promise<MemoryStore> {
  const store = memoryStore();
  const db = await open(store, settings);
  await db.put(key, 'value');
  await db.close();
  return store;
}

describe('an open', () => {
  it('is FENCED when another writer has opened the database since it read the log', async () => {
    const store = await storeWith('of the first');
    const mine = store.share({ sync: false });
    const { log, reached, goOn } = stopping(mine.openLog());
    const slow = refusalOf(open(mine, { ...settings, log }));
    await reached;
    await using other = await open(store.share(), settings);
    await other.put('of the other', 'value');
    goOn();
    expect(await slow).toMatchObject({ code: 'FENCED' });
    await other.put('and again', 'value');
  });

  it('is FENCED where another creates the database while it finds out whether the store can be trusted', async () => {
    const store = memoryStore();
    let prepared!: () => void;
    const slow = refusalOf(
      open({ ...store.share({ sync: false }), prepare: () => new Promise<void>((done) => (prepared = done)) }, settings),
    );
    await using other = await open(store.share(), settings);
    await other.put('of the other', 'value');
    prepared();
    expect(await slow).toMatchObject({ code: 'FENCED', message: expect.stringContaining('open again') as string });
    await other.put('and again', 'value');
  });

  it('is refused with another kind of log than the database was made with', async () => {
    const store = await storeWith('key');
    const log: LogStore = { ...store.openLog(), kind: 'another' };
    expect(await refusalOf(open(store, { ...settings, log }))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('another log') as string,
    });
  });

  it.each(['objects', 'log'])('makes no database where data stand without a manifest (%s)', async (what) => {
    const store = await storeWith('key');
    const manifests = (await store.list('manifest/')).map(({ name }) => name);
    await store.delete(manifests);
    if (what === 'log') await store.delete((await store.list('')).map(({ name }) => name));
    else await store.openLog().truncate(1000);
    if (what === 'objects') await store.put('sst/0000000001-0000000001.sst', new Uint8Array(8));
    expect(await refusalOf(open(store, settings))).toMatchObject({
      code: 'CORRUPTION',
      message: expect.stringContaining('no manifest') as string,
    });
  });
});

/** What an open was refused with. */
async function refusalOf(opening: Promise<{ close(): Promise<void> }>): Promise<unknown> {
  try {
    await (await opening).close();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** A log whose next segment is not created before `goOn` is called. */
function stopping(log: LogStore): { log: LogStore; reached: Promise<void>; goOn: () => void } {
  let goOn!: () => void;
  let reach!: () => void;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const create: LogStore['create'] = async (segment, sizeBytes) => {
    reach();
    await gate;
    return log.create(segment, sizeBytes);
  };
  return { log: { ...log, create }, reached, goOn };
}
