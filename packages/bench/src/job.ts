// What the harness asks of a child process, and what comes back. One job is one stage of one scenario for one peer.

import type { Measure, Sizes } from './scenarios/scenario.ts';

export interface Job {
  readonly scenario: string;
  readonly stage: number;
  readonly peer: string;
  readonly folder: string;
  readonly sizes: Sizes;
}

/** A child sends each measure as it is known, then ends. */
export type Answer = { readonly measure: Measure } | { readonly failed: string };
