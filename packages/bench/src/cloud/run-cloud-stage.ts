// Starts a child for one stage and collects what it measures.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CloudAnswer, CloudJob } from './job.ts';
import type { Measure } from '../scenarios/scenario.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
/** Whoever takes longer hangs: the stage has failed, and the run goes on. */
const LONGEST_MS = 15 * 60_000;

/** The stage's measures. Rejects when the child fails. `VARVE_BENCH_NODE_OPTIONS`: for profiles. */
export async function runCloudStage(job: CloudJob): Promise<Measure[]> {
  const options = (process.env.VARVE_BENCH_NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '');
  const child = fork(CHILD, { execArgv: ['--conditions=source', ...options], timeout: LONGEST_MS, killSignal: 'SIGKILL' });
  const measures: Measure[] = [];
  let failed: string | undefined;
  child.on('message', (answer: CloudAnswer) => {
    if ('measure' in answer) measures.push(answer.measure);
    else failed = answer.failed;
  });
  child.send(job);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (failed !== undefined) throw new Error(failed);
  if (code !== 0) throw new Error(`the child ended with ${signal ?? `status ${code}`}`);
  return measures;
}
