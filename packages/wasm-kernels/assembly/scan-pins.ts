// Pins of an interrupted scan: the partition and the block that each source uses, held while TypeScript loads what is missing. Inside of a call
// nothing is evicted, so nothing is pinned.

import { FRAME_PINS, SOURCE_MEMTABLE } from '../src/layout';
import {
  GOAL_RESUME,
  GOAL_STEP,
  SOURCE_GOAL,
  SOURCE_IMAGE,
  SOURCE_KIND,
  SOURCE_PAYLOAD,
  STATE_PINNED,
  STATE_SOURCES,
  sourceAt,
} from './scan-layout';

/** Pins all frames in use, until unpinScan. */
export function pinScan(scan: usize): void {
  store<u32>(scan, 1, STATE_PINNED);
  addPins(scan, 1);
}

/** Gives the pins back, if there are any. */
export function unpinScan(scan: usize): void {
  if (!load<u32>(scan, STATE_PINNED)) return;
  store<u32>(scan, 0, STATE_PINNED);
  addPins(scan, -1);
}

function addPins(scan: usize, pins: i32): void {
  const sources = load<u32>(scan, STATE_SOURCES);
  for (let index: u32 = 0; index < sources; index++) {
    const source = sourceAt(scan, index);
    addPin(load<u32>(source, SOURCE_IMAGE), pins);
    addPin(load<u32>(source, SOURCE_PAYLOAD), pins);
    // A memtable's nodes have no pins: its cursor is put back after the interruption.
    const isTreeCursor = load<u32>(source, SOURCE_KIND) == SOURCE_MEMTABLE && load<u32>(source, SOURCE_GOAL) == GOAL_STEP;
    if (isTreeCursor) store<u32>(source, GOAL_RESUME, SOURCE_GOAL);
  }
}

@inline
function addPin(frame: usize, pins: i32): void {
  if (frame) store<i32>(frame + FRAME_PINS, load<i32>(frame + FRAME_PINS) + pins);
}
