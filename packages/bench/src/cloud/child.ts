// One stage in a process of its own: a fresh heap, and caches that hold nothing.

import type { CloudAnswer, CloudJob } from './job.ts';
import { stages } from './stages.ts';

process.once('message', (job: CloudJob) => {
  void run(job);
});

async function run(job: CloudJob): Promise<void> {
  try {
    await stages[job.stage]({ ...job, report: (name, unit, value) => send({ measure: { name, unit, value } }) });
  } catch (error) {
    send({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
  }
  process.disconnect();
}

function send(answer: CloudAnswer): void {
  process.send?.(answer);
}
