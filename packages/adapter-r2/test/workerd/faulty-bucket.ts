// A real bucket behind a line that has trouble: requests are refused, answers are lost or never come.

import type { Bucket, BucketBody } from '@varve/adapter-r2';

/** What one request suffers: an error of R2 with this number, before or after it took place; an answer that is lost or never comes; half of the bytes. */
export type Fault = { readonly code: number; readonly applied?: boolean } | 'lost' | 'broken' | 'silent' | 'cut';

export interface Asked {
  readonly operation: 'head' | 'get' | 'put' | 'create' | 'delete' | 'list' | 'begin' | 'part' | 'complete' | 'abort';
  readonly key: string;
}

export class FaultyBucket implements Bucket {
  /** Decides what becomes of a request. */
  fault: (request: Asked) => Fault | undefined = () => undefined;
  /** No condition is heeded. */
  ignoresConditions = false;
  readonly asked: Asked[] = [];
  /** Most requests that were under way at once. */
  mostAtOnce = 0;
  #now = 0;
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  head(key: string) {
    return this.#suffer({ operation: 'head', key }, () => this.#bucket.head(key));
  }

  get(key: string, options?: Parameters<Bucket['get']>[1]) {
    return this.#suffer({ operation: 'get', key }, async () => {
      const body = await this.#bucket.get(key, options);
      return body === null ? null : { ...body, key, size: body.size, arrayBuffer: () => body.arrayBuffer() };
    });
  }

  put(key: string, value: Uint8Array, options: Parameters<Bucket['put']>[2] = {}) {
    const { onlyIf, ...others } = options;
    const kept = this.ignoresConditions || onlyIf === undefined ? others : { ...others, onlyIf };
    return this.#suffer({ operation: onlyIf === undefined ? 'put' : 'create', key }, () => this.#bucket.put(key, value, kept));
  }

  delete(keys: string[]) {
    return this.#suffer({ operation: 'delete', key: keys.join(' ') }, () => this.#bucket.delete(keys));
  }

  list(options: Parameters<Bucket['list']>[0]) {
    return this.#suffer({ operation: 'list', key: options.prefix }, () => this.#bucket.list(options));
  }

  async createMultipartUpload(key: string) {
    const upload = await this.#suffer({ operation: 'begin', key }, () => this.#bucket.createMultipartUpload(key));
    return {
      uploadPart: (part: number, value: Uint8Array) => this.#suffer({ operation: 'part', key }, () => upload.uploadPart(part, value)),
      abort: () => this.#suffer({ operation: 'abort', key }, () => upload.abort()),
      complete: (parts: Parameters<typeof upload.complete>[0]) =>
        this.#suffer({ operation: 'complete', key }, () => upload.complete(parts)),
    };
  }

  async #suffer<T>(request: Asked, send: () => Promise<T>): Promise<T> {
    this.asked.push(request);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#now);
    try {
      return await this.#answer(this.fault(request), request, send);
    } finally {
      this.#now--;
    }
  }

  async #answer<T>(fault: Fault | undefined, { operation }: Asked, send: () => Promise<T>): Promise<T> {
    if (fault === undefined) return send();
    if (fault === 'silent') return new Promise(() => undefined);
    if (fault === 'broken') throw new Error('Network connection lost.');
    if (fault === 'cut') return cutOff(await send());
    if (fault === 'lost' || fault.applied === true) await send();
    throw new Error(fault === 'lost' ? 'Network connection lost.' : `${operation}: as ordered (${fault.code})`);
  }
}

function cutOff<T>(body: T): T {
  if (body === null || typeof body !== 'object' || !('arrayBuffer' in body)) throw new Error('Network connection lost.');
  const whole = body as unknown as BucketBody;
  return { ...body, arrayBuffer: async () => (await whole.arrayBuffer()).slice(1) };
}
