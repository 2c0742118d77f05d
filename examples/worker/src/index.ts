// Reads a chat room of examples/durable-object straight from R2, without waking its Durable Object.
//
//   GET /<id of the room's object>?limit=10   the last messages that the room has published

import { r2Store } from '@varve/adapter-r2';
import { json, openReader, sharedReader, tuple } from '@varve/core';

export interface Env {
  readonly BUCKET: R2Bucket;
}

interface Message {
  readonly from: string;
  readonly text: string;
}

const MIB = 2 ** 20;
/** Each takes memory, and an isolate has 128 MB. */
const MOST_ROOMS = 8;

const openRoom = (id: string) =>
  sharedReader((env: Env) =>
    openReader(r2Store(env.BUCKET, { prefix: `room/${id}` }), {
      keys: tuple('number', 'string'),
      values: json<Message>(),
      memoryBudgetBytes: 8 * MIB,
    }),
  );

/** All requests of this isolate share them: what one has read from R2 the others find in memory. */
const rooms = new Map<string, ReturnType<typeof openRoom>>();

function roomOf(id: string): ReturnType<typeof openRoom> {
  const room = rooms.get(id) ?? openRoom(id);
  rooms.delete(id);
  rooms.set(id, room);
  for (const oldest of rooms.keys()) if (rooms.size > MOST_ROOMS) rooms.delete(oldest);
  return room;
}

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const reader = await roomOf(pathname.slice(1))(env);
    const found = await reader.scan({ reverse: true, limit: Number(searchParams.get('limit') ?? 10) }).all();
    return Response.json(found.map(([, message]) => message));
  },
} satisfies ExportedHandler<Env>;
