// Two gateways of one storage: writers race for a database by either of them, and one of the gateways is killed while it works.

import { StorageError, systemRandom } from '@varve/core';
import { openTexts } from '@varve/store-conformance';
import { beforeAll, expect, it } from 'vitest';
import { Bucket, killSecondGateway, storeAt } from './cloud-test-kit.ts';

const TAKE_OVERS = Number(process.env['VARVE_TAKE_OVERS'] ?? 100);
const KILLS = 4;
const TIMEOUT_MS = Math.max(600_000, 3000 * TAKE_OVERS);

let bucket: Bucket;
beforeAll(async () => {
  bucket = await Bucket.create('gateways');
});

/** What may be told to a writer whom another has overtaken, or whose gateway has died. */
const FAIR = new Set(['FENCED', 'UNKNOWN', 'UNAVAILABLE', 'READ_ONLY', 'CLOSED']);
const codeOf = (error: unknown): string => (error instanceof StorageError ? error.code : String(error));

it(
  `of writers that take over from each other by two gateways (${TAKE_OVERS} times) no acknowledged write is lost`,
  async () => {
    const place = bucket.freshPlace();
    const places = [place, bucket.second(place)] as const;
    const acknowledged: string[] = [];
    const told = new Set<string>();
    let turn = 0;
    /** Takes over, writes until the other has taken over from it, and again. */
    const contend = async (which: 0 | 1): Promise<void> => {
      while (turn < TAKE_OVERS) {
        const mine = ++turn;
        // The other has time to write something, now more and now less.
        await new Promise((resolve) => setTimeout(resolve, (systemRandom.uint32() % 16) * 20));
        let db: Awaited<ReturnType<typeof openTexts>> | undefined;
        try {
          db = await openTexts(storeAt(places[which]));
          for (let n = 0; n < 20; n++) {
            const key = `turn ${mine} write ${n}`;
            await db.put(key, `gateway ${which}`);
            acknowledged.push(key);
          }
        } catch (error) {
          told.add(codeOf(error));
        }
        await db?.close().catch((error: unknown) => told.add(codeOf(error)));
      }
    };
    await Promise.all([contend(0), contend(1)]);
    expect([...told].filter((code) => !FAIR.has(code))).toEqual([]);
    // How many writes came between two take-overs is a matter of luck.
    expect(acknowledged.length).toBeGreaterThan(TAKE_OVERS / 10);
    await using last = await openTexts(storeAt(place));
    const found = new Set((await last.scan().all()).map(([key]) => key));
    expect(acknowledged.filter((key) => !found.has(key))).toEqual([]);
    expect(await last.verify()).toMatchObject({ ok: true });
  },
  TIMEOUT_MS,
);

it(
  `a gateway that is killed under load (${KILLS} times) loses nothing that was acknowledged`,
  async () => {
    const place = bucket.freshPlace();
    const acknowledged: string[] = [];
    const told = new Set<string>();
    let running = true;
    const write = async (): Promise<void> => {
      for (let life = 0; running; life++) {
        try {
          const db = await openTexts(storeAt(bucket.second(place)));
          try {
            for (let n = 0; running; n++) {
              const keys = Array.from({ length: 16 }, (_, i) => `life ${life} write ${n} of ${i}`);
              await Promise.all(keys.map(async (key) => db.put(key, 'x'.repeat(1000)).then(() => acknowledged.push(key))));
              if (n % 50 === 49) await db.flush();
            }
          } finally {
            await db.close();
          }
        } catch (error) {
          told.add(codeOf(error));
        }
      }
    };
    const writing = write();
    for (let kill = 0; kill < KILLS; kill++) {
      const before = acknowledged.length;
      while (acknowledged.length < before + 100) await new Promise((resolve) => setTimeout(resolve, 20));
      await killSecondGateway();
    }
    running = false;
    await writing;
    expect([...told].filter((code) => !FAIR.has(code))).toEqual([]);
    await using last = await openTexts(storeAt(place));
    const found = new Set((await last.scan().all()).map(([key]) => key));
    expect(acknowledged.filter((key) => !found.has(key))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(KILLS * 100);
    expect(await last.verify()).toMatchObject({ ok: true });
  },
  TIMEOUT_MS,
);
