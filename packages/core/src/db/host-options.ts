// What an open database takes from its surroundings, whether it writes or only reads.

import type { Clock } from '../base/clock.ts';
import type { NewMemory } from '../heap/heap.ts';
import type { Turns } from '../scheduler/turn.ts';
import type { OnEvent } from '../stats/events.ts';
import type { ObjectStore } from '../store/object-store.ts';

export interface HostOptions {
  /** Of a clone: stores of the database that it was cloned from, and of those that that one was cloned from, the nearest first. They are only read. */
  readonly ancestors?: readonly ObjectStore[] | undefined;
  /** Called with what the engine does. */
  readonly onEvent?: OnEvent | undefined;
  /** Where time comes from. For tests. */
  readonly clock?: Clock | undefined;
  /** Where turns of the event loop come from. For tests. */
  readonly turns?: Turns | undefined;
  /** Where linear memory comes from. For tests. */
  readonly newMemory?: NewMemory | undefined;
}
