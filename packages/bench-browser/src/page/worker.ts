// One peer in a worker of its own: opened, filled, asked, closed.

import { makeEntries, shuffled } from '../entries.ts';
import { dexie } from '../peers/dexie.ts';
import { idb } from '../peers/idb.ts';
import type { Peer } from '../peers/peer.ts';
import { sqlite } from '../peers/sqlite.ts';
import { varveOnIdb, varveOnOpfs } from '../peers/varve.ts';

const PEERS = {
  'varve opfs': varveOnOpfs,
  'varve idb': varveOnIdb,
  idb,
  dexie,
  'sqlite FULL': () => sqlite('FULL'),
  'sqlite OFF': () => sqlite('OFF'),
} as const satisfies Record<string, () => Peer>;
export type PeerName = keyof typeof PEERS;

/** Operations a second, by what was done. */
export type Rates = Readonly<Record<string, number>>;

const ENTRIES = 20_000;
const BATCH = 1000;
const LEAST_MS = 400;

self.onmessage = async ({ data }: MessageEvent<PeerName>) => {
  try {
    self.postMessage({ rates: await measure(PEERS[data]()) });
  } catch (error) {
    self.postMessage({ failure: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) });
  }
};

async function measure(peer: Peer): Promise<Rates> {
  const { keys, values } = makeEntries(ENTRIES);
  const order = shuffled(ENTRIES);
  const rates: Record<string, number> = {};
  await peer.open(crypto.randomUUID());
  try {
    const start = performance.now();
    for (let at = 0; at < ENTRIES; at += BATCH) await peer.putBatch(keys.slice(at, at + BATCH), values.slice(at, at + BATCH));
    rates['batches of 1000'] = ENTRIES / seconds(start);
    rates['put one by one'] = await during(async (i) => void (await peer.put(keys[order[i % ENTRIES]], values[i % ENTRIES], false)));
    rates['put one by one, synced'] = await during(async (i) => void (await peer.put(keys[order[i % ENTRIES]], values[i % ENTRIES], true)));
    rates['get'] = await during((i) => peer.get(keys[order[i % ENTRIES]]));
    rates['scan'] = ENTRIES * (await during(async () => expectCount(await peer.scan(), ENTRIES)));
    rates['seek + 10'] = await during((i) => peer.seek(keys[order[i % ENTRIES]]));
  } finally {
    await peer.close();
  }
  return rates;
}

/** Does it one after the other for a while. A promise is awaited where there is one. */
async function during(work: (i: number) => unknown): Promise<number> {
  for (let i = 0; i < 3; i++) await work(i);
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < LEAST_MS) {
    for (let i = 0; i < 20; i++) {
      const result = work(done++);
      if (result instanceof Promise) await result;
      if (i === 0 && performance.now() - start > LEAST_MS) break;
    }
  }
  return done / seconds(start);
}

function expectCount(found: unknown, wanted: number): void {
  if (found !== wanted) throw new Error(`${String(found)} entries instead of ${wanted}`);
}

const seconds = (start: number): number => (performance.now() - start) / 1000;
