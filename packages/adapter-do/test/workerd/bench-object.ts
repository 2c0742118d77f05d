// The object that `npm run bench:workerd` measures. Clocks stand still in workerd, so it only works and says how much; the time is taken outside.

import { doLog, doStore } from '@varve/adapter-do';
import { r2Store } from '@varve/adapter-r2';
import { open, utf8 } from '@varve/core';
import { DurableObject } from 'cloudflare:workers';

interface Env {
  readonly BUCKET: R2Bucket;
  readonly OBJECTS: DurableObjectNamespace<Subject>;
}

const TEXTS = { keys: utf8, values: utf8 };
const VALUE = 'x'.repeat(100);
const BATCH = 1000;

const keyOf = (i: number): string => `key/${String(i).padStart(8, '0')}`;

export class Subject extends DurableObject<Env> {
  #paired: Promise<Awaited<ReturnType<Subject['openPaired']>>> | undefined;
  #whole: Promise<Awaited<ReturnType<Subject['openWhole']>>> | undefined;
  #state = 1;

  openPaired() {
    return open(r2Store(this.env.BUCKET, { prefix: 'bench' }), { ...TEXTS, log: doLog(this.ctx.storage), takeover: 'now' });
  }

  openWhole() {
    return open(doStore(this.ctx.storage), TEXTS);
  }

  #index(count: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state % count;
  }

  /** The object may have been evicted since the last call. */
  #open(kind: string) {
    return kind === 'whole' ? (this.#whole ??= this.openWhole()) : (this.#paired ??= this.openPaired());
  }

  async load(kind: string, count: number): Promise<void> {
    const db = await this.#open(kind);
    for (let from = 0; from < count; from += BATCH) {
      await db.putMany(Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => [keyOf(from + i), VALUE] as const));
    }
    await db.compact();
    await db.idle();
  }

  /** Reads everything once: as much as there is room for is in memory afterwards. */
  async warm(kind: string): Promise<number> {
    const db = await this.#open(kind);
    let entries = 0;
    for await (const batch of db.scan().batches()) entries += batch.length;
    return entries;
  }

  async get(kind: string, count: number, times: number): Promise<number> {
    const db = await this.#open(kind);
    let found = 0;
    for (let i = 0; i < times; i++) if ((await db.get(keyOf(this.#index(count)))) !== undefined) found++;
    return found;
  }

  async getSync(count: number, times: number): Promise<number> {
    const db = await (this.#whole ??= this.openWhole());
    let found = 0;
    for (let i = 0; i < times; i++) if (db.getSync(keyOf(this.#index(count))) !== undefined) found++;
    return found;
  }

  async put(kind: string, times: number): Promise<void> {
    const db = await this.#open(kind);
    for (let i = 0; i < times; i++) await db.put(keyOf(this.#index(1_000_000)), VALUE);
  }
}

export default {
  /** `/<what>?kind=...&count=...&times=...` */
  async fetch(request, { OBJECTS }): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [kind, count, times] = [searchParams.get('kind') ?? '', Number(searchParams.get('count')), Number(searchParams.get('times'))];
    const object = OBJECTS.getByName(kind);
    const calls: Record<string, () => Promise<unknown>> = {
      '/load': () => object.load(kind, count),
      '/warm': () => object.warm(kind),
      '/get': () => object.get(kind, count, times),
      '/getSync': () => object.getSync(count, times),
      '/put': () => object.put(kind, times),
    };
    return Response.json((await calls[pathname]?.()) ?? null);
  },
} satisfies ExportedHandler<Env>;
