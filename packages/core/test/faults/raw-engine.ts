// The engine without the handles that users hold: for tests that reach into its memory or its settings.

import { systemClock } from '../../src/base/clock.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { Engine } from '../../src/db/engine.ts';
import { openEngine } from '../../src/db/open.ts';
import type { Settings } from '../../src/db/settings.ts';
import { bytes } from '../../src/format/bytes-codec.ts';
import { KeySpaceCodec } from '../../src/format/key-space.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { hostTurns } from '../../src/scheduler/turn.ts';
import type { MemoryStore } from '../../src/store/memory-store.ts';

export const SMALL = 4 * 2 ** 20;
/** Text to bytes, in the database's own key space. */
export const space = new KeySpaceCodec(0, utf8, bytes);

export function openRaw(store: MemoryStore, settings: Partial<Settings> = {}): Promise<Engine> {
  return openEngine(
    { store, log: store.openLog(), clock: systemClock, random: seededRandom(1), turns: hostTurns },
    {
      memoryBudgetBytes: SMALL,
      durability: 'buffered',
      commitIntervalMs: 0,
      takeover: 'fail',
      blockSizeBytes: 4096,
      sstSizeBytes: 65536,
      compression: 'lz4',
      lastEpochLow: 0xf0000000,
      retainMs: 0,
      onEvent: undefined,
      ...settings,
    },
  );
}

/** Bytes of the value that is visible now, or undefined. */
export function lengthOf(engine: Engine, key: string): unknown {
  return engine.points.get(engine.view, space as never, key as never, engine.visible.capture(), (_bytes, _value, length) => length);
}
