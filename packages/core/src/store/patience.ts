// How long an answer is waited for, and how often and how soon a request is sent again.

import { systemRandom, type Random } from '../base/random.ts';
import { hostTurns } from '../scheduler/turn.ts';

export interface Patience {
  /** For a request without a body; large ones get more. */
  readonly timeoutMs: number;
  readonly tries: number;
  /** Before the second try; twice as long before each further one, up to a limit. */
  readonly backoffMs: number;
}

export const DEFAULT_PATIENCE: Patience = { timeoutMs: 30_000, tries: 6, backoffMs: 100 };

const LONGEST_BACKOFF_MS = 5000;
/** A line that carries less is as good as none. */
const LEAST_BYTES_A_MS = 64;

/** How long a request that moves so many bytes may take. */
export function timeoutOf({ timeoutMs }: Patience, byteLength: number): number {
  return timeoutMs + Math.ceil(byteLength / LEAST_BYTES_A_MS);
}

/** Waits before try `tried` + 1. Half of the time is random: clients that failed together come back apart. */
export function backOff({ backoffMs }: Patience, tried: number, random: Random = systemRandom): Promise<void> {
  const longest = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2 ** (tried - 1));
  const ms = longest * (0.5 + random.uint32() / 2 ** 33);
  return hostTurns.sleep(ms);
}
