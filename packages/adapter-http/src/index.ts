// Public names of the adapter for static hosts.

export { httpStore, type HttpStore, type HttpStoreOptions } from './http-store.ts';
export type { Traffic } from './requests/traffic.ts';
