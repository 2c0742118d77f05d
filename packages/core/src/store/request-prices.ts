// What requests cost. Tables are data: a bill that differs (another region or class, a discount) is another table. What is kept in the bucket is paid by
// the month and is no matter of requests.

import type { RequestKind, RequestStats } from './request-stats.ts';

/** Prices in dollars, or in whatever the result is to be. */
export interface RequestPrices {
  /** Of a million requests of each kind. */
  readonly million: Readonly<Record<RequestKind, number>>;
  /** Of 10^9 bytes sent to the service, and received from it. */
  readonly gigabyteUp: number;
  readonly gigabyteDown: number;
}

/**
 * S3 Standard, us-east-1, as published in November 2026, for a program in the same region. Elsewhere received bytes cost as well:
 * `{ ...S3_PRICES, gigabyteDown: 0.09 }` to the internet.
 */
export const S3_PRICES: RequestPrices = {
  million: { get: 0.4, head: 0.4, put: 5, list: 5, delete: 0, multipart: 5 },
  gigabyteUp: 0,
  gigabyteDown: 0,
};

/** R2 Standard, as published in November 2026, beyond what is free each month. Bytes cost nothing. */
export const R2_PRICES: RequestPrices = {
  million: { get: 0.36, head: 0.36, put: 4.5, list: 4.5, delete: 0, multipart: 4.5 },
  gigabyteUp: 0,
  gigabyteDown: 0,
};

/**
 * What these requests cost.
 * @example
 * import { priceOf, RequestCounter, S3_PRICES } from '@varve/core/requests';
 *
 * const counter = new RequestCounter();
 * for (let i = 0; i < 1000; i++) counter.sent('put', 4096);
 * console.log(priceOf(counter.stats(), S3_PRICES)); // 0.005
 */
export function priceOf(requests: RequestStats, { million, gigabyteUp, gigabyteDown }: RequestPrices): number {
  let price = 0;
  for (const [kind, { count, upBytes, downBytes }] of Object.entries(requests)) {
    price += (count * million[kind as RequestKind]) / 1e6 + (upBytes * gigabyteUp + downBytes * gigabyteDown) / 1e9;
  }
  return price;
}
