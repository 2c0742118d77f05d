// Runs in a dedicated worker, where browsers allow synchronous access: one check, or one life, for each message.

import { open, seededRandom, utf8 } from '@varve/core';
import { opfsStore } from '@varve/adapter-opfs';
import { checks, freshFolder } from './checks.ts';

export type Request = { readonly check: number } | { readonly life: number } | { readonly clean: true };
export type Answer = { readonly failure?: string };

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    if ('check' in data) await checks[data.check].run();
    else if ('life' in data) await live(data.life);
    else await (await navigator.storage.getDirectory()).removeEntry('varve-test', { recursive: true }).catch(() => undefined);
    self.postMessage({} satisfies Answer);
  } catch (error) {
    self.postMessage({ failure: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) } satisfies Answer);
  }
};

/** Random writes in little memory, so that flushes and compactions run, with reopenings; what is there is compared with a map. */
async function live(seed: number): Promise<void> {
  const { uint32 } = seededRandom(seed);
  const below = (n: number): number => uint32() % n;
  const folder = freshFolder();
  const wanted = new Map<string, string>();
  for (let session = 0; session < 3; session++) {
    const db = await open(opfsStore(folder), { keys: utf8, values: utf8, memoryBudgetBytes: 4 << 20, sstSizeBytes: 64 << 10 });
    for (let i = 0; i < 4000; i++) {
      const key = `key-${below(2000)}`;
      if (below(5) === 0) {
        wanted.delete(key);
        await db.delete(key);
      } else {
        const value = String(below(1_000_000)).repeat(1 + below(40));
        wanted.set(key, value);
        if (below(2) === 0) db.putSync(key, value);
        else await db.put(key, value);
      }
      if (below(500) === 0) await db.flush();
      if (db.getSync(key) !== wanted.get(key)) throw new Error(`seed ${seed}: getSync of ${key} after write ${i}`);
    }
    await db.compact();
    const found = [...db.scanSync()];
    const sorted = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1));
    if (JSON.stringify(found) !== JSON.stringify(sorted)) throw new Error(`seed ${seed}: the scan of session ${session} is wrong`);
    const { ok, problems } = await db.verify();
    if (!ok) throw new Error(problems[0].message);
    await db.close();
  }
}
