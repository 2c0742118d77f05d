// The store in a real browser's dedicated worker; where the browser has no synchronous access, that it says so.

import { open } from '@varve/core';
import { opfsStore } from '@varve/adapter-opfs';
import { afterAll, describe, expect, it } from 'vitest';
import { checks } from './checks.ts';
import type { Answer, Request } from './worker.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

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

describe('the origin private file system', () => {
  it('is refused on the main thread, by an error that says where it works', async () => {
    await expect(open(opfsStore('varve-test/page'))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it.each(isAllowed ? numbered : [])('$name', async ({ check }) => {
    expect(await ask({ check })).toBeUndefined();
  });

  it.each(isAllowed ? [1] : [])('keeps a database as a map would (seed %i)', async (seed) => {
    expect(await ask({ life: seed })).toBeUndefined();
  });

  it.each(isAllowed ? [] : ['a database'])('is refused where there is no synchronous access (%s)', async () => {
    expect(await ask({ life: 1 })).toMatch(/synchronous/);
  });
});
