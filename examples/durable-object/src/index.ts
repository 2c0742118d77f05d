// A chat room. Its database has the log in the Durable Object, so a write costs no request, and everything older in R2, at the price of a bucket.
//
//   POST /<room>   { "from": "Ada", "text": "hello" }
//   GET  /<room>   the last 50 messages, newest first

import { doLog } from '@varve/adapter-do';
import { r2Store } from '@varve/adapter-r2';
import { json, open, tuple } from '@varve/core';
import { DurableObject } from 'cloudflare:workers';

export interface Env {
  readonly BUCKET: R2Bucket;
  readonly ROOMS: DurableObjectNamespace<Room>;
}

export interface Message {
  readonly from: string;
  readonly text: string;
}

/** A reader has to name the same. */
const CODECS = { keys: tuple('number', 'string'), values: json<Message>() };

export class Room extends DurableObject<Env> {
  readonly #db = this.ctx.blockConcurrencyWhile(() => this.#open());

  #open() {
    return open(r2Store(this.env.BUCKET, { prefix: `room/${this.ctx.id.toString()}` }), {
      ...CODECS,
      log: doLog(this.ctx.storage),
      // There is one instance of an object: whoever was there before is gone.
      takeover: 'now',
      waitUntil: (work) => this.ctx.waitUntil(work),
    });
  }

  async post(message: Message): Promise<void> {
    const db = await this.#db;
    await db.put([Date.now(), crypto.randomUUID()], message);
  }

  async last(count: number): Promise<Message[]> {
    const db = await this.#db;
    const found = await db.scan({ reverse: true, limit: count }).all();
    return found.map(([, message]) => message);
  }

  /** What readers elsewhere see is what was flushed. Call it as often as they are to see news. */
  async publish(): Promise<void> {
    const db = await this.#db;
    await db.flush();
  }
}

export default {
  async fetch(request, env): Promise<Response> {
    const room = env.ROOMS.getByName(new URL(request.url).pathname.slice(1));
    if (request.method === 'GET') return Response.json(await room.last(50));
    await room.post(await request.json<Message>());
    return new Response(undefined, { status: 204 });
  },
} satisfies ExportedHandler<Env>;
