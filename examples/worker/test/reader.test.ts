// The reader as its users see it: in workerd, through its own configuration, beside a writer.

import { r2Store } from '@varve/adapter-r2';
import { json, open, tuple } from '@varve/core';
import { env, exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import type { Env } from '../src/index.ts';

const { BUCKET } = env as unknown as Env;
const worker = (exports as unknown as { readonly default: Fetcher }).default;
const MIB = 2 ** 20;

async function write(room: string, count: number): Promise<void> {
  const store = r2Store(BUCKET, { prefix: `room/${room}` });
  const db = await open(store, {
    keys: tuple('number', 'string'),
    values: json<{ from: string; text: string }>(),
    memoryBudgetBytes: 8 * MIB,
  });
  for (let i = 0; i < count; i++) await db.put([i, 'id'], { from: 'Ada', text: `message ${i} of ${room}` });
  await db.flush();
  await db.close();
}

it('requests that come together read the last messages of several rooms', async () => {
  const rooms = ['a', 'b', 'c'];
  await Promise.all(rooms.map((room) => write(room, 5)));
  const read = async (room: string) => (await worker.fetch(`http://example.org/${room}?limit=2`)).json();
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all([...rooms, ...rooms].map(read));
    const wanted = (room: string) => [4, 3].map((i) => ({ from: 'Ada', text: `message ${i} of ${room}` }));
    expect(answers).toEqual([...rooms, ...rooms].map(wanted));
  }
});
