// Places in a bucket of workerd.

import type { ObjectStore } from '@varve/core';
import { env } from 'cloudflare:workers';
import type { Bucket } from '@varve/adapter-r2';

declare global {
  namespace Cloudflare {
    interface Env {
      BUCKET: R2Bucket;
    }
  }
}

/** A real one is taken for what the adapter asks for. */
export const bucket: Bucket = env.BUCKET;

let places = 0;

/** A prefix that nobody has used. */
export function freshPlace(): string {
  return `place-${crypto.randomUUID()}-${++places}`;
}

/** Remembers where handles are, for others on the same place. */
export class Places<T extends object = ObjectStore> {
  readonly #open: (prefix: string) => T;
  readonly #prefixes = new WeakMap<T, string>();

  constructor(open: (prefix: string) => T) {
    this.#open = open;
  }

  readonly fresh = (): T => this.#at(freshPlace());

  readonly again = (handle: T): T => this.#at(this.#prefixes.get(handle)!);

  #at(prefix: string): T {
    const handle = this.#open(prefix);
    this.#prefixes.set(handle, prefix);
    return handle;
  }
}
