// What a call to the disk may suffer. Drawn from the world's seed, call by call, as often as the rates of the moment say.

import type { MemoryOperation } from '@varve/core';
import type { Draw } from '../world/draw.ts';

/**
 * `refused`: an error, and nothing has happened. `lost`: it took place, and its answer is an error. `hung`: an error, and it takes place much later, when
 * nobody expects it any more. `full`: there is no room. `rotten`: what is read has a bit turned over. `unsynced`: a sync of the log fails. `repeated`: what
 * is created has lost its answer, and the store has asked again by itself: it is there already, says the second one.
 */
export type Fault = 'refused' | 'lost' | 'hung' | 'full' | 'rotten' | RareFault;
type RareFault = 'unsynced' | 'repeated';

/** How likely each fault is at a call that may suffer it. */
export type FaultRates = Readonly<Record<Exclude<Fault, RareFault>, number> & Partial<Record<RareFault, number>>>;

export const NO_FAULTS: FaultRates = { refused: 0, lost: 0, hung: 0, full: 0, rotten: 0 };

/** Only these may say that the place is full. */
const WRITING: ReadonlySet<MemoryOperation> = new Set<MemoryOperation>([
  'put',
  'putIfAbsent',
  'replace',
  'createObject',
  'append',
  'finish',
  'log.create',
  'log.append',
  'log.sync',
  'log.makeDurable',
]);
/** Damage to the end of a log cannot be told from a crash, so logs are left alone; and no store repeats damage that it once had on the way. */
const ROTTING: ReadonlySet<MemoryOperation> = new Set<MemoryOperation>(['readInto']);
/** A synchronous call that failed is over; and what a file system was told to write through one descriptor it writes in order. */
const HANGING: ReadonlySet<MemoryOperation> = new Set<MemoryOperation>([
  'put',
  'putIfAbsent',
  'replace',
  'finish',
  'delete',
  'log.append',
  'log.truncate',
]);

/** May it take place long after whoever asked for it was told that it failed? */
export function canHang(operation: MemoryOperation): boolean {
  return HANGING.has(operation);
}

/** The fault that this call suffers, if any. */
export function drawFault(draw: Draw, rates: FaultRates, operation: MemoryOperation, isSync: boolean): Fault | undefined {
  if (rates === NO_FAULTS || operation === 'lock') return undefined;
  if (WRITING.has(operation) && draw.chance(rates.full)) return 'full';
  if (operation === 'log.sync' && rates.unsynced !== undefined && draw.chance(rates.unsynced)) return 'unsynced';
  if (operation === 'putIfAbsent' && rates.repeated !== undefined && draw.chance(rates.repeated)) return 'repeated';
  if (ROTTING.has(operation) && draw.chance(rates.rotten)) return 'rotten';
  if (!isSync && HANGING.has(operation) && draw.chance(rates.hung)) return 'hung';
  if (draw.chance(rates.refused)) return 'refused';
  return draw.chance(rates.lost) ? 'lost' : undefined;
}
