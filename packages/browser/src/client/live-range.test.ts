// What a live range does when its reading fails.

import { describe, expect, it, vi } from 'vitest';
import { StorageError, utf8 } from '@varve/core';
import { Connection } from './connection.ts';
import { LiveRange } from './live-range.ts';
import { RemoteDatabase } from './remote-database.ts';

describe('a live range', () => {
  it('is read again when reading has failed for now, unless the database is over', async () => {
    const again: (() => void)[] = [];
    const connection = new Connection(undefined, (callback) => again.push(callback));
    let reads = 0;
    const read = async (): Promise<number> => {
      if (++reads < 3) throw new StorageError('UNAVAILABLE', 'not now');
      return reads;
    };
    const watch = new RemoteDatabase(connection, utf8, utf8).watch();
    const live = new LiveRange(connection, read, () => watch);
    const told = new Promise<void>((resolve) => live.subscribe(resolve));
    await vi.waitFor(() => expect(again).toHaveLength(1));
    again.shift()!();
    await vi.waitFor(() => expect(again).toHaveLength(1));
    again[0]();
    await told;
    expect(live.getSnapshot()).toBe(3);
    connection.end(new StorageError('CLOSED', 'closed'));
    again[0]();
    expect(reads).toBe(3);
  });
});
