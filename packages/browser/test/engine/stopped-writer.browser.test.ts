// A worker that is stopped amid its writes to the origin private file system leaves a prefix of them, with all that it had acknowledged.

import { seededRandom } from '@varve/core';
import { afterAll, describe, expect, it } from 'vitest';
import { hasSyncFiles } from './engine-test-kit.ts';
import type { Job, Told } from './writer-worker.ts';
import { valueAt, writerOf, WrittenState } from './writes.ts';

const FOLDER = 'varve-stopped-writer-test';
const ROUNDS = 4;
/** Most operations that a writer gets to acknowledge before it is stopped, and most that it may have written beyond what this page has heard of. */
const MOST = 1200;

afterAll(async () => {
  // Nothing was made where it is refused, and a worker that was stopped may hold files a little longer.
  await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true }).catch(() => undefined);
});

function newWorker(): Worker {
  return new Worker(new URL('./writer-worker.ts', import.meta.url), { type: 'module' });
}

/** Gives a worker a job, and stops it once `isEnough` says so of what it told. */
function until(job: Job, isEnough: (told: Told) => boolean): Promise<Told> {
  const worker = newWorker();
  return new Promise<Told>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.failure !== undefined) reject(new Error(data.failure));
      else if (isEnough(data)) resolve(data);
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

it('knows of no value that nobody wrote', () => {
  expect(writerOf('key/1', valueAt(7, 'key/1'))).toBe(7);
  expect(writerOf('key/2', valueAt(7, 'key/1'))).toBeUndefined();
});

describe.each(hasSyncFiles ? [1, 2] : [])('a writer that is stopped amid its writes (seed %i)', (seed) => {
  it('leaves a prefix of them with all that it acknowledged, again and again', async () => {
    const { uint32 } = seededRandom(seed);
    const place = `${FOLDER}/${crypto.randomUUID()}`;
    const state = new WrittenState(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const last = state.count + (uint32() % MOST);
      let acknowledged = 0;
      const writing: Job = { job: 'write', place, seed, first: state.count };
      await until(writing, ({ acknowledged: n = -1 }) => (acknowledged = Math.max(acknowledged, n)) >= last);
      const { found } = await until({ job: 'read', place }, (told) => told.found !== undefined);
      while (state.count <= acknowledged) state.step();
      // Written, and stopped before anybody was told; what it told while it was being stopped is lost as well.
      for (let beyond = 0; beyond < MOST && !state.equals(found!); beyond++) state.step();
      expect(state.equals(found!), `seed=${seed} round=${round} acknowledged=${acknowledged}`).toBe(true);
    }
  });
});
