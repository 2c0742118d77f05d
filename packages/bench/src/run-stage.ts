// Starts a child for one stage and collects what it measures.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Job } from './job.ts';
import type { Measure } from './scenarios/scenario.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/** The stage's measures. Rejects when the child fails, or ends otherwise than the stage is meant to end. */
export async function runStage(job: Job, ends: 'normally' | 'killed'): Promise<Measure[]> {
  const child = fork(CHILD, { execArgv: ['--conditions=source'] });
  const measures: Measure[] = [];
  let failed: string | undefined;
  child.on('message', (answer: Answer) => {
    if ('measure' in answer) measures.push(answer.measure);
    else failed = answer.failed;
  });
  child.send(job);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (failed !== undefined) throw new Error(failed);
  if (ends === 'killed' ? signal !== 'SIGKILL' : code !== 0) throw new Error(`the child ended with ${signal ?? `status ${code}`}`);
  return measures;
}
