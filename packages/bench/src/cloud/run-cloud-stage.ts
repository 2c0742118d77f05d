// Starts a child for one stage and collects what it measures.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CloudAnswer, CloudJob } from './job.ts';
import type { Measure } from '../scenarios/scenario.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
/**
 * Tells of the stage's measures as they come. Rejects when the child fails, or hangs: takes longer than `longestMs`. `VARVE_BENCH_NODE_OPTIONS`: for
 * profiles.
 */
export async function runCloudStage(job: CloudJob, longestMs: number, measured: (measure: Measure) => void): Promise<void> {
  const options = (process.env.VARVE_BENCH_NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '');
  const child = fork(CHILD, { execArgv: ['--conditions=source', ...options], timeout: longestMs, killSignal: 'SIGKILL' });
  let failed: string | undefined;
  child.on('message', (answer: CloudAnswer) => {
    if ('measure' in answer) measured(answer.measure);
    else failed = answer.failed;
  });
  child.send(job);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (failed !== undefined) throw new Error(failed);
  if (signal === 'SIGKILL') throw new Error(`it was not done within s=${longestMs / 1000}`);
  if (code !== 0) throw new Error(`the child ended with ${signal ?? `status ${code}`}`);
}
