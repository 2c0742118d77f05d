// What the benchmark on object storage asks of a child process, and what comes back: one stage of one part, with one database.

import type { Measure, Unit } from '../scenarios/scenario.ts';

/** Sizes of a run. */
export interface CloudSizes {
  /** Entries of the database that is compared with the peer's. */
  readonly entries: number;
  /** Entries of the one that does not fit into memory. */
  readonly largeEntries: number;
  /** Entries that are loaded for the count of bytes and requests. */
  readonly loadEntries: number;
  /** How long writers write. */
  readonly seconds: number;
  readonly seed: number;
}

/** Where the service is. */
export interface Gateway {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
}

export interface CloudJob {
  readonly stage: string;
  readonly peer: string;
  /** Prefix of the database in the bucket. */
  readonly place: string;
  readonly sizes: CloudSizes;
  readonly gateway: Gateway;
}

export type CloudAnswer = { readonly measure: Measure } | { readonly failed: string };

/** What a stage works with. */
export interface CloudBench extends CloudJob {
  report(name: string, unit: Unit, value: number): void;
}
