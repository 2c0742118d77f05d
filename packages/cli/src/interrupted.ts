// What a command leaves nowhere, however it ends.

import { EXIT_FAILED } from './failure.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs `work`, then `remove`; also when the user stops the program meanwhile, or whoever reads its answer has seen enough. `remove` does all it does at once. */
export async function removingAfter<T>(remove: () => void, work: () => Promise<T>): Promise<T> {
  const stop = (): never => {
    remove();
    process.exit(EXIT_FAILED);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  process.once('exit', remove);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
    process.off('exit', remove);
    remove();
  }
}
