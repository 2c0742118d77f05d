// Public names of @varve/core/requests: what adapters of services are made with. How requests are counted and priced, and sent before their answers are
// needed. A separate entry: most stores send none.

export { ReadAheadRoom, type FetchAhead, type ReadAhead } from './store/read-ahead.ts';
export { RequestCounter, requestsSince } from './store/request-counter.ts';
export { priceOf, R2_PRICES, S3_PRICES, type RequestPrices } from './store/request-prices.ts';
export type { RequestKind, RequestStats, RequestTraffic } from './store/request-stats.ts';
