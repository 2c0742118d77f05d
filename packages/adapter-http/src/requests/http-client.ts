// Requests to one host: a few at once, each with a time limit, sent again when they failed in passing.

import { StorageError } from '@varve/core';
import { backOff, requestsAreCutOff, timeoutOf, type Patience } from '@varve/core/store';
import type { Address } from '../address.ts';
import { InPassing, isTransient, unanswered } from './http-errors.ts';
import { Slots } from './slots.ts';

/** Browsers open as many connections to a host that speaks HTTP/1. */
const MOST_AT_ONCE = 6;

/** What is asked for. */
export interface HttpRequest {
  readonly object: string;
  readonly method?: 'GET' | 'HEAD';
  /** Tells the object from another one of the same name, for caches. */
  readonly version?: string | undefined;
  readonly range?: { readonly offset: number; readonly length: number } | undefined;
  /** It may have changed since it was fetched last. */
  readonly isMutable?: boolean;
  /** About how many bytes will come. */
  readonly answerBytes?: number;
}

/** How requests are sent. */
export interface HttpParts {
  readonly address: Address;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  readonly patience: Patience;
}

export class HttpClient {
  readonly traffic = { requests: 0, bytes: 0 };
  readonly #parts: HttpParts;
  /** A request that is cut off would never give its slot back; there each has connections of its own, and the runtime sees to their number. */
  readonly #slots = requestsAreCutOff() ? undefined : new Slots(MOST_AT_ONCE);

  constructor(parts: HttpParts) {
    this.#parts = parts;
  }

  get address(): Address {
    return this.#parts.address;
  }

  /**
   * What `take` makes of the answer. It throws {@link InPassing} where asking again may help; whatever it throws but a StorageError counts as a line that broke.
   * @throws StorageError `UNAVAILABLE` when the host does not answer, however often it is asked.
   */
  async ask<T>(request: HttpRequest, take: (response: Response) => Promise<T>): Promise<T> {
    const { patience } = this.#parts;
    for (let tried = 1; ; tried++) {
      try {
        const send = () => this.#send(request, tried > 1, take);
        return await (this.#slots === undefined ? send() : this.#slots.run(send));
      } catch (error) {
        if (error instanceof StorageError) throw error;
        if (tried >= patience.tries) throw unanswered(error, request.object, this.#parts.address);
      }
      await backOff(patience, tried);
    }
  }

  async #send<T>(request: HttpRequest, isAgain: boolean, take: (response: Response) => Promise<T>): Promise<T> {
    const { address, fetch, headers, patience } = this.#parts;
    this.traffic.requests++;
    const response = await fetch(address.of(request.object, request.version), {
      method: request.method ?? 'GET',
      headers: { ...headers, ...rangeHeaders(request) },
      signal: AbortSignal.timeout(timeoutOf(patience, request.answerBytes ?? request.range?.length ?? 0)),
      ...cacheOf(request, isAgain),
    });
    if (isTransient(response.status)) {
      await letGo(response);
      throw new InPassing(`the host refuses for now status=${response.status}`);
    }
    return take(response);
  }

  /** The body, which has at most so many bytes. More are not fetched: undefined. */
  async body(response: Response, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece !== undefined && !piece.done; piece = await reader?.read()) {
      this.traffic.bytes += piece.value.length;
      length += piece.value.length;
      if (length > most) {
        await reader?.cancel().catch(() => undefined);
        return undefined;
      }
      pieces.push(piece.value);
    }
    return joined(pieces, length);
  }
}

/** Nobody reads the body: the connection is free for others. */
export async function letGo(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

/** Browsers ask by themselves for what is not packed when they ask for a range, and let nobody else say it. */
function rangeHeaders({ range }: HttpRequest): Record<string, string> {
  if (range === undefined) return {};
  return { range: `bytes=${range.offset}-${range.offset + range.length - 1}`, 'accept-encoding': 'identity' };
}

/** What failed once is not taken from a cache, which may hold a half of it. */
function cacheOf({ isMutable }: HttpRequest, isAgain: boolean): RequestInit {
  const cache = isAgain ? 'reload' : isMutable === true ? 'no-cache' : undefined;
  return cache !== undefined && isKnown(cache) ? { cache } : {};
}

/** workerd has no cache of this kind, and throws when it is told how to use it. */
function isKnown(cache: RequestCache): boolean {
  try {
    return new Request('http://host/', { cache }).cache === cache;
  } catch {
    return false;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
