// The cache in the origin private file system, in a dedicated worker; where the browser has no synchronous access, everything from the remote store.

import { opfsStore } from '@varve/adapter-opfs';
import { memoryStore } from '@varve/core';
import { compareWithMap } from '@varve/store-conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { cacheStore } from '../src/cache-store.ts';
import { MIB } from './cache-test-kit.ts';
import { checks } from './opfs-checks.ts';
import type { Answer, Request } from './opfs-worker.ts';

const worker = new Worker(new URL('./opfs-worker.ts', import.meta.url), { type: 'module' });

/** What went wrong. */
async function ask(request: Request): Promise<string | undefined> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(request);
  });
  return answer.failure;
}

/** WebKitGTK has the file system, and refuses synchronous access. */
const isAllowed = !navigator.userAgent.includes('WebKit') || navigator.userAgent.includes('Chrome');
const numbered = checks.map(({ theme, title }, check) => ({ name: `${theme}: ${title}`, check }));

afterAll(async () => {
  await ask({ clean: true });
  worker.terminate();
});

describe('a cache in the origin private file system', () => {
  it('is told of and done without on the main thread, which has no access', async () => {
    const messages: string[] = [];
    const store = cacheStore(memoryStore({ sync: false }), opfsStore('varve-cache-test/page'), {
      budgetBytes: MIB,
      onEvent: (event) => messages.push(event.kind === 'warning' ? event.message : event.kind),
    });
    await compareWithMap(store, 1, 100);
    expect(messages).toEqual([expect.stringContaining('the local store cannot be opened: everything is read from the remote one')]);
  });

  it.each(isAllowed ? numbered : [])('$name', async ({ check }) => {
    expect(await ask({ check })).toBeUndefined();
  });
});
