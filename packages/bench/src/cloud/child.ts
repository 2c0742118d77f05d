// One stage in a process of its own: a fresh heap, and caches that hold nothing. One plain request goes first (the bucket is there already): what Node loads for its first
// signed request, about 80 ms, is as little part of an open as what it takes to load a peer's native module.

import type { CloudAnswer, CloudJob } from './job.ts';
import { PlainRequests } from './plain-requests.ts';
import { stages } from './stages.ts';

process.once('message', (job: CloudJob) => {
  void run(job);
});

async function run(job: CloudJob): Promise<void> {
  try {
    await new PlainRequests(job.gateway).createBucket();
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
