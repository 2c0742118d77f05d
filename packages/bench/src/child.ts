// One stage in a process of its own: a fresh heap, a fresh page table, and a place to be killed in.

import { loadPeer } from './peers/peers.ts';
import type { Answer, Job } from './job.ts';
import { scenarios } from './scenarios/scenarios.ts';

process.once('message', (job: Job) => {
  void run(job);
});

async function run({ scenario, stage, peer, folder, sizes }: Job): Promise<void> {
  const found = scenarios.find(({ name }) => name === scenario)?.stages[stage];
  if (found === undefined) throw new Error(`no such stage: ${scenario} ${stage}`);
  try {
    await found.run({
      peer: await loadPeer(peer),
      sizes,
      folder,
      report: (name, unit, value) => send({ measure: { name, unit, value } }),
    });
  } catch (error) {
    send({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
  }
  if (found.ends === 'killed') process.kill(process.pid, 'SIGKILL');
  process.disconnect();
}

function send(answer: Answer): void {
  process.send?.(answer);
}
