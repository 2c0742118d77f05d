// The room as its users see it: in workerd, through its own configuration.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import type { Env, Room } from '../src/index.ts';

const { ROOMS, BUCKET } = env as unknown as Env;
const worker = (exports as unknown as { readonly default: Fetcher }).default;

const post = (room: string, text: string): Promise<Response> =>
  worker.fetch(`http://example.org/${room}`, { method: 'POST', body: JSON.stringify({ from: 'Ada', text }) });
const texts = async (room: string): Promise<string[]> => {
  const messages = await (await worker.fetch(`http://example.org/${room}`)).json<{ text: string }[]>();
  return messages.map(({ text }) => text);
};

it('a room gives back what was said in it, newest first, also after it was evicted', async () => {
  for (let i = 0; i < 5; i++) expect((await post('general', `message ${i}`)).status).toBe(204);
  const wanted = [4, 3, 2, 1, 0].map((i) => `message ${i}`);
  expect(await texts('general')).toEqual(wanted);
  await evictDurableObject(ROOMS.getByName('general'));
  expect(await texts('general')).toEqual(wanted);
  expect(await texts('another')).toEqual([]);
});

it('what a room has published is in R2, and its alarm is its own', async () => {
  await post('published', 'hello');
  const room = ROOMS.getByName('published');
  await room.publish();
  const { objects } = await BUCKET.list({ prefix: `room/${room.id.toString()}/sst/` });
  expect(objects.length).toBeGreaterThan(0);
  expect(await runInDurableObject(room, (_room: Room, state) => state.storage.getAlarm())).toBeNull();
});
