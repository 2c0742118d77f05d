// What becomes of calls when nobody answers any more.

import { expect, it } from 'vitest';
import { StorageError, utf8 } from '@varve/core';
import { portPair } from '../wire/port-test-kit.ts';
import { Connection } from './connection.ts';
import { RemoteDatabase } from './remote-database.ts';

it('a write that was handed over when the database ended may have taken place, and one that was not has not', async () => {
  const connection = new Connection();
  const db = new RemoteDatabase(connection, utf8, utf8);
  const [page] = portPair();
  connection.attach(page);
  const handedOver = db.put('a', '1');
  const read = db.get('a');
  await Promise.resolve();
  expect(page.sent).toBe(1);
  connection.detach();
  const kept = db.put('b', '1');
  await Promise.resolve();
  const full = new StorageError('QUOTA', 'the place is full');
  connection.end(full);
  await expect(handedOver).rejects.toMatchObject({ code: 'UNKNOWN', message: expect.stringContaining('full') as string, cause: full });
  await expect(read).rejects.toBe(full);
  await expect(kept).rejects.toBe(full);
});
