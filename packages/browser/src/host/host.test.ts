// The worker's end, as it opens and closes.

import { describe, expect, it } from 'vitest';
import { memoryStore, open } from '@varve/core';
import type { Channel, Locks, Realm } from '../wire/realm.ts';
import { Host } from './host.ts';
import type { RawDatabase } from './raw-database.ts';

class QuietChannel implements Channel {
  onmessage = null;
  postMessage(): void {}
  close(): void {}
}

/** A browser with one worker in it. */
function realm(): Realm & { readonly held: Set<string> } {
  const held = new Set<string>();
  const locks: Locks = {
    async request(name, _options, whileHeld) {
      held.add(name);
      await whileHeld();
      held.delete(name);
    },
    query: async () => ({}),
  };
  return { held, navigator: { locks }, crypto, BroadcastChannel: QuietChannel, setTimeout };
}

describe('the worker that has a database open', () => {
  it('lets go of it when it has tidied up: what an import left may be what the next worker writes', async () => {
    const here = realm();
    let finish: () => void = () => undefined;
    const isTidy = new Promise<void>((resolve) => (finish = resolve));
    const storage = async () => ({ backEnd: 'here', usageBytes: 1, quotaBytes: 2, persisted: false, evicted: false });
    const host = await Host.open(
      here,
      {
        open: async (_name, _fallback, options) => {
          const db = (await open(memoryStore(), { ...options, memoryBudgetBytes: 4 << 20 })) as unknown as RawDatabase;
          return { db, backEnd: 'here', isSync: true, storage, tidy: () => isTidy };
        },
        remove: async () => undefined,
        restore: async () => undefined,
      },
      { name: 'app', client: 'page', keys: 'utf8', values: 'utf8', options: {} },
      () => undefined,
    );
    const tidied = host.tidy().catch(() => 'closed meanwhile');
    let isClosed = false;
    const closed = host.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isClosed).toBe(false);
    expect([...here.held]).toEqual(['varve:engine:app']);
    finish();
    await closed;
    expect(await tidied).toBe('closed meanwhile');
    expect([...here.held]).toEqual([]);
  });
});
