// abstract-level's suite on databases in the origin private file system, in a dedicated worker.

import './node-globals.ts';
import { opfsStore } from '@varve/adapter-opfs';
import { afterAll, expect, it } from 'vitest';
import type { SuiteResult } from '../abstract-suite.ts';
import { ASSERTIONS, expectAll, LONG_SUITE_TIMEOUT_MS } from '../expect-all.ts';
import { SmallLevel } from './small-level.ts';
import type { Answer } from './suite-worker.ts';

const FOLDER = `level-${crypto.randomUUID()}`;

/** WebKitGTK has the file system, and refuses synchronous access. */
const isAllowed = !navigator.userAgent.includes('WebKit') || navigator.userAgent.includes('Chrome');

afterAll(async () => {
  // Nothing was made where it is refused, and a worker that was stopped may hold files a little longer.
  await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true }).catch(() => undefined);
});

function resultOf(worker: Worker): Promise<SuiteResult> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('result' in data) resolve(data.result);
      else reject(new Error(data.failure));
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ folder: FOLDER });
  });
}

it.each(isAllowed ? ['the origin private file system'] : [])(
  'passes the whole suite in %s',
  { timeout: LONG_SUITE_TIMEOUT_MS },
  async () => {
    const worker = new Worker(new URL('./suite-worker.ts', import.meta.url), { type: 'module' });
    try {
      expectAll(await resultOf(worker), ASSERTIONS.lasting);
    } finally {
      worker.terminate();
    }
  },
);

it('says on a page where it would work, in the words of Level', async () => {
  const db = new SmallLevel(opfsStore('level-page'));
  await expect(db.open()).rejects.toMatchObject({ cause: { code: 'LEVEL_NOT_SUPPORTED', message: expect.stringContaining('worker') } });
});
