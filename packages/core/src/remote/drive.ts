// Drives one job with a look at the world in between: whoever looks may wait, or stop the job by throwing. Then its clean-up runs to the end.
//
// A job is stopped where the scheduler would stop it: at a breath, or at a step that was waited for. A step that answers at once may have begun something
// (a write that goes on reading a buffer), of which the job takes note in what follows. And it may be a read that is under way already, so nothing is waited
// for before it.

import { isPromise } from '../base/maybe-promise.ts';
import type { Job } from '../scheduler/job.ts';

export async function drive<T>(job: Job<T>, look: () => Promise<void> | undefined): Promise<T> {
  let stopped = false;
  let step = job.next();
  while (step.done !== true) {
    let answer: unknown;
    try {
      answer = step.value?.later();
      const mayStop = step.value === undefined || isPromise(answer);
      answer = await answer;
      if (mayStop && !stopped) await look();
    } catch (error) {
      stopped = true;
      step = job.throw(error);
      continue;
    }
    step = job.next(answer);
  }
  return step.value;
}
