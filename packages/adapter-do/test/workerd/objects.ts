// The Durable Objects that tests run in, and a plain Worker that reads what one of them has written.

import { openReader, sharedReader, utf8 } from '@varve/core';
import { r2Store } from '@varve/adapter-r2';
import { DurableObject } from 'cloudflare:workers';
import { HeldBucket } from './held-bucket.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      BUCKET: R2Bucket;
      PLACES: DurableObjectNamespace<Place>;
    }
  }
}

/** Storage, and nothing else. */
export class Place extends DurableObject {}

/** Requests of all readers of this Worker: a test may hold their answers back. */
export const held = new HeldBucket();

const CODECS = { keys: utf8, values: utf8 };
/** A test counts who opens: nobody looks for what is new while it runs. */
const OPTIONS = { ...CODECS, memoryBudgetBytes: 4 * 2 ** 20, staleMs: 60_000 };
const readers = new Map<string, (env: Cloudflare.Env) => ReturnType<typeof openReader<string, string, string, string, string>>>();

export default {
  /** `/<prefix>/<key>` is answered with the value. */
  async fetch(request: Request, env: Cloudflare.Env): Promise<Response> {
    const [, prefix = '', key = ''] = new URL(request.url).pathname.split('/');
    let open = readers.get(prefix);
    if (open === undefined) {
      readers.set(prefix, (open = sharedReader(() => openReader(r2Store(held.of(env.BUCKET), { prefix }), OPTIONS))));
    }
    const reader = await open(env);
    if (key === 'stats') return Response.json({ allocated: reader.stats().memory.allocatedBytes, frames: reader.stats().cache.usedFrames });
    return new Response(await reader.get(decodeURIComponent(key)));
  },
};
