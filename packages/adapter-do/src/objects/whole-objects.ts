// Objects as wholes: created in one transaction, read, listed, deleted.

import type { ObjectInfo } from '@varve/core';
import type { Tables } from '../tables.ts';
import { insertPieces } from './pieces.ts';

/** Behind whatever a name goes on with. */
const LAST_CHARACTER = '\u{10ffff}';

/** False: there is one, and it is left alone unless it is to be replaced (a put that is repeated). */
export function createObject(tables: Tables, name: string, bytes: Uint8Array, replace: boolean): boolean {
  return tables.atomically(() => {
    if (!replace && hasObject(tables, name)) return false;
    // An object of this name that was never finished may have left some.
    tables.run('DELETE FROM varve_pieces WHERE name = ?', name);
    insertPieces(tables, name, bytes, 0);
    tables.run('INSERT OR REPLACE INTO varve_objects VALUES (?, ?)', name, bytes.length);
    return true;
  });
}

export function getObject(tables: Tables, name: string): Uint8Array | undefined {
  const size = sizeOfObject(tables, name);
  if (size === undefined) return undefined;
  const bytes = new Uint8Array(size);
  tables.each(
    ([start, piece]) => bytes.set(new Uint8Array(piece as ArrayBuffer), start as number),
    'SELECT start, bytes FROM varve_pieces WHERE name = ? ORDER BY start',
    name,
  );
  return bytes;
}

export function hasObject(tables: Tables, name: string): boolean {
  return sizeOfObject(tables, name) !== undefined;
}

/** Bytes of the object, or undefined when it is not there. */
export function sizeOfObject(tables: Tables, name: string): number | undefined {
  return tables.all('SELECT size FROM varve_objects WHERE name = ?', name)[0]?.[0] as number | undefined;
}

/** Names are ASCII, and SQLite compares bytes. */
export function listObjects(tables: Tables, prefix: string, startAfter: string): ObjectInfo[] {
  const query = 'SELECT name, size FROM varve_objects WHERE name >= ? AND name < ? AND name > ? ORDER BY name';
  const rows = tables.all(query, prefix, prefix + LAST_CHARACTER, startAfter);
  return rows.map(([name, size]) => ({ name: name as string, size: size as number }));
}

/** Takes pieces away that no object has: their writers died. One that is alive all the same will notice. */
export function deleteAbandoned(tables: Tables): void {
  tables.run('DELETE FROM varve_pieces WHERE name NOT IN (SELECT name FROM varve_objects)');
}

export function deleteObjects(tables: Tables, names: readonly string[]): void {
  tables.atomically(() => {
    for (const name of names) {
      if (tables.run('DELETE FROM varve_objects WHERE name = ?', name) > 0) tables.run('DELETE FROM varve_pieces WHERE name = ?', name);
    }
  });
}
