// What a database on object storage has to do here. Each driver uses its database in the best way that its documentation offers, and says which.

import type { Gateway } from './job.ts';

export interface CloudDatabase {
  /** All entries as one commit. `wait`: until it is durable. */
  putBatch(keys: readonly string[], values: readonly Uint8Array[], wait: boolean): Promise<void>;
  /** A commit of its own, durable when fulfilled; many may be under way. */
  put(key: string, value: Uint8Array): Promise<unknown>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** Every entry in order: how many there were. */
  scan(): Promise<number>;
  close(): Promise<void>;
}

export interface CloudPeer {
  readonly name: string;
  /** The package whose version is shown. */
  readonly module: string;
  /** Which calls and settings are used. */
  readonly notes: string;
  open(gateway: Gateway, place: string): Promise<CloudDatabase>;
}

const LOADERS: Readonly<Record<string, () => Promise<CloudPeer>>> = {
  varve: async () => (await import('./varve.ts')).varve,
  slatedb: async () => (await import('./slatedb.ts')).slatedb,
};

export const cloudPeerNames: readonly string[] = Object.keys(LOADERS);

/** Native code is loaded only where it runs. */
export function loadCloudPeer(name: string): Promise<CloudPeer> {
  return LOADERS[name]();
}
