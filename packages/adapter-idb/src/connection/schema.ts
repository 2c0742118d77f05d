// What stands in the IndexedDB database of a store. Its version is 1 for ever: an upgrade would wait for every tab that has it open.
//
//   object store   key                 value
//   objects        name                ObjectHead      an object is there when its head is
//   pieces         [id, index]         ArrayBuffer     PIECE_BYTES of an object each, the last one fewer
//   unfinished     id                  Unfinished      an object that is being written by piece and has no head yet
//   segments       number              SegmentHead     a log segment
//   records        [number, position]  ArrayBuffer     bytes of a segment from a position on, at most PIECE_BYTES
//   syncs          0                   number          written by a sync of the log, so that there is something to make durable
//
// `id` is random, new for every attempt to write an object. So pieces of a creator who lost or died are never taken for those of another, and who finds
// a head knows whether it is his own.

import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';

/**
 * Chromium moves values of 64 KiB and more out of its database into files of their own, which a later strict transaction does not make durable, and which
 * take longer to read. So everything stays below that, room for the clone's header included.
 */
export const PIECE_BYTES = 63 * 1024;

export interface ObjectHead {
  readonly name: string;
  readonly size: number;
  readonly id: string;
}

export interface Unfinished {
  readonly id: string;
  readonly name: string;
  /** Who writes it: the id of a store handle. */
  readonly writer: string;
  /** When it was begun or last gone on with, ms. */
  readonly at: number;
}

export interface SegmentHead {
  readonly number: number;
  readonly id: string;
}

export type PieceKey = [id: string, index: number];
export type RecordKey = [segment: number, position: number];

export interface Schema extends DBSchema {
  objects: { key: string; value: ObjectHead };
  pieces: { key: PieceKey; value: ArrayBuffer };
  unfinished: { key: string; value: Unfinished };
  segments: { key: number; value: SegmentHead };
  records: { key: RecordKey; value: ArrayBuffer };
  syncs: { key: number; value: number };
}

export type Place = StoreNames<Schema>;
export type Database = IDBPDatabase<Schema>;
export type Reading<Places extends Place> = IDBPTransaction<Schema, Places[], 'readonly'>;
export type Writing<Places extends Place> = IDBPTransaction<Schema, Places[], 'readwrite'>;

export const SCHEMA_VERSION = 1;

const KEY_PATHS: Record<Place, string | null> = {
  objects: 'name',
  pieces: null,
  unfinished: 'id',
  segments: 'number',
  records: null,
  syncs: null,
};
const PLACES = Object.keys(KEY_PATHS) as Place[];

/** Makes the object stores of a new database. */
export function makePlaces(database: Database): void {
  for (const place of PLACES) database.createObjectStore(place, { keyPath: KEY_PATHS[place] });
}

/** False: a database of this name was made by something else. */
export function hasPlaces(database: Database): boolean {
  return PLACES.every((place) => database.objectStoreNames.contains(place));
}

/** Keys `[first, ...]` of pieces or records, from one number on and below another. */
export function keysOf(first: string | number, from = 0, before = Infinity): IDBKeyRange {
  return IDBKeyRange.bound([first, from], [first, before], false, true);
}
