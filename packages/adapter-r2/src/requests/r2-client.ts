// Requests to a bucket: one at a time (`send`), or sent again as often as is reasonable (`ask`) where that cannot do harm.

import { hostTurns, systemClock, type RequestKind } from '@varve/core';
import { RequestCounter } from '@varve/core/requests';
import { backOff, timeoutOf, type Patience } from '@varve/core/store';
import type { Bucket } from '../bucket.ts';
import { Lanes } from './lanes.ts';
import { isTransient, NoAnswer, refusal } from './r2-errors.ts';

/** https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections */
const AT_ONCE = 6;

/** What is asked for, and what it moves. */
export interface About {
  /** What it is counted as. */
  readonly kind: RequestKind;
  /** Name of the object, for messages. */
  readonly object?: string | undefined;
  /** Bytes that go there or come back: they are waited for longer. */
  readonly bytes?: number | undefined;
}

export class R2Client {
  readonly bucket: Bucket;
  /** Before each name. */
  readonly root: string;
  readonly patience: Patience;
  readonly counter = new RequestCounter();
  /** Once it has begun to write: then all its requests are one's own. */
  #lanes: Lanes | undefined;

  constructor(bucket: Bucket, root: string, patience: Patience) {
    this.bucket = bucket;
    this.root = root;
    this.patience = patience;
  }

  /** What asks is a writer: no more than six of its requests are under way at once. */
  isWriter(): void {
    this.#lanes ??= new Lanes(AT_ONCE, systemClock, hostTurns);
  }

  /** One try. Rejects with what the binding has thrown, or with NoAnswer when nobody knows whether it took place. */
  send<T>(request: () => Promise<T>, { kind, bytes = 0 }: About): Promise<T> {
    const ms = timeoutOf(this.patience, bytes);
    const send = (): Promise<T> => {
      this.counter.sent(kind, kind === 'get' ? 0 : bytes);
      return inTime(request, ms);
    };
    return this.#lanes === undefined ? send() : this.#lanes.run(ms, send);
  }

  /** The answer, once R2 is neither silent nor busy. Only for what may take place twice. */
  async ask<T>(request: () => Promise<T>, about: About): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.send(request, about);
      } catch (error) {
        if (!isTransient(error) || tried >= this.patience.tries) throw refusal(error, about.object);
      }
      await backOff(this.patience, tried);
    }
  }
}

/** No timer is left when the answer is there. */
async function inTime<T>(request: () => Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ms=${ms}`)), ms);
  });
  try {
    return await Promise.race([request(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
