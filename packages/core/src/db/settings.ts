// Settings of an open database: plain data, checked once. Components (store, log, clock, randomness) are apart.

import type { CompactionDelegate } from '../compaction/delegate.ts';
import type { OnEvent } from '../stats/events.ts';
import type { Durability } from '../write/durability.ts';

export interface Settings {
  readonly memoryBudgetBytes: number;
  readonly durability: Durability;
  readonly commitIntervalMs: number;
  readonly takeover: 'fail' | 'wait' | 'now';
  readonly blockSizeBytes: number;
  readonly sstSizeBytes: number;
  readonly compression: 'lz4' | 'none';
  /** Writes of one term, about, after which the writer claims the next. Tests make it small. */
  readonly lastEpochLow: number;
  /** How long what merges have replaced stays for readers without a pin. */
  readonly retainMs: number;
  readonly onEvent: OnEvent | undefined;
  /** Where merges are done, if not here. */
  readonly compaction?: CompactionDelegate | undefined;
}
