// Counts requests as a store sends them. An adapter holds one counter and offers `requests: () => counter.stats()`.

import type { RequestKind, RequestStats, RequestTraffic } from './request-stats.ts';

const KINDS: readonly RequestKind[] = ['get', 'head', 'put', 'list', 'delete', 'multipart'];

/**
 * Requests of one store, live.
 * @example
 * import { RequestCounter } from '@varve/core/requests';
 *
 * const counter = new RequestCounter();
 * counter.sent('put', 1000);
 * counter.sent('get');
 * counter.answered('get', 4096);
 * console.log(counter.stats().get.downBytes); // 4096
 */
export class RequestCounter {
  readonly #traffic = traffic(() => ({ count: 0, upBytes: 0, downBytes: 0 }));

  /** A request goes out, with a body of so many bytes. */
  sent(kind: RequestKind, bodyBytes = 0): void {
    this.#traffic[kind].count++;
    this.#traffic[kind].upBytes += bodyBytes;
  }

  /** The body of an answer has come. */
  answered(kind: RequestKind, bodyBytes: number): void {
    this.#traffic[kind].downBytes += bodyBytes;
  }

  /** A copy of what was counted so far. */
  stats(): RequestStats {
    return traffic((kind) => ({ ...this.#traffic[kind] }));
  }
}

/**
 * What came between two looks at a store's requests.
 * @example
 * import { RequestCounter, requestsSince } from '@varve/core/requests';
 *
 * const counter = new RequestCounter();
 * counter.sent('list');
 * const before = counter.stats();
 * counter.sent('get');
 * console.log(requestsSince(before, counter.stats()).list.count); // 0
 */
export function requestsSince(before: RequestStats, after: RequestStats): RequestStats {
  const less = (kind: RequestKind, field: keyof RequestTraffic): number => after[kind][field] - before[kind][field];
  return traffic((kind) => ({ count: less(kind, 'count'), upBytes: less(kind, 'upBytes'), downBytes: less(kind, 'downBytes') }));
}

function traffic<T extends RequestTraffic>(of: (kind: RequestKind) => T): Record<RequestKind, T> {
  return Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])) as Record<RequestKind, T>;
}
