// The parts of a run: which stages, with which databases, how often.

import { cloudPeerNames } from './cloud-peer.ts';

export interface Part {
  readonly name: string;
  readonly title: string;
  /** One after the other, each in a process of its own, on one database. */
  readonly stages: readonly string[];
  readonly peers: readonly string[];
  /** Once a round, or once. */
  readonly repeats: boolean;
  /** Whoever takes longer for a stage hangs: it has failed, and the run goes on. Default: a quarter of an hour. */
  readonly longestMs?: number;
}

const ALONE = ['varve'];

export const parts: readonly Part[] = [
  {
    name: 'compared',
    title: 'Against SlateDB',
    stages: ['bulkLoad', 'coldReads', 'coldScan'],
    peers: cloudPeerNames,
    repeats: true,
    // SlateDB's reads stand still now and then.
    longestMs: 3 * 60_000,
  },
  { name: 'puts', title: 'Durable puts against SlateDB', stages: ['durablePuts'], peers: cloudPeerNames, repeats: true },
  { name: 'commits', title: 'Group commits against plain PUTs', stages: ['groupCommits'], peers: ALONE, repeats: true },
  {
    name: 'large',
    title: 'A database of 1 GiB with 64 MiB of memory, against plain GETs',
    stages: ['buildLarge', 'openings', 'uncachedGets', 'scanLimit'],
    peers: ALONE,
    repeats: false,
  },
  { name: 'load', title: 'A load with 64 MiB of memory: bytes and requests', stages: ['countedLoad'], peers: ALONE, repeats: false },
  {
    name: 'remote',
    title: 'A load beside a compactor in another process, and durable puts while it merges',
    stages: ['remoteLoad', 'besideMerges'],
    peers: ALONE,
    repeats: false,
  },
];
