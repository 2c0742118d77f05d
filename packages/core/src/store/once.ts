// What has to be done before something else, by whoever comes first.

import { requestsAreCutOff } from '../base/cut-off.ts';

/** The work is done once; where it fails, whoever comes next tries again. Where whoever does it may be cut off nobody waits for another, and several may do it. */
export function once(work: () => Promise<void>, isCutOff = requestsAreCutOff()): () => Promise<void> {
  let doing: Promise<void> | undefined;
  let isDone = false;
  const done = async (): Promise<void> => {
    await work();
    isDone = true;
  };
  return async () => {
    if (isDone) return;
    if (isCutOff) return done();
    doing ??= done().finally(() => (doing = undefined));
    return doing;
  };
}
