// All peers. Each is loaded only where it runs: native modules have memory of their own, and that is measured.

import type { Peer } from './peer.ts';

const LOADERS: Readonly<Record<string, () => Promise<Peer>>> = {
  varve: async () => (await import('./varve.ts')).varve,
  'classic-level': async () => (await import('./classic-level.ts')).classicLevel,
  lmdb: async () => (await import('./lmdb.ts')).lmdb,
  'better-sqlite3': async () => (await import('./better-sqlite3.ts')).betterSqlite3,
};

export const peerNames: readonly string[] = Object.keys(LOADERS);

export function loadPeer(name: string): Promise<Peer> {
  const load = LOADERS[name];
  if (load === undefined) throw new TypeError(`no such peer: ${name}; there are ${peerNames.join(', ')}`);
  return load();
}
