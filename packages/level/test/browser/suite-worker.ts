// Runs abstract-level's suite in a dedicated worker, on the origin private file system: `{ folder }` says in which folder.

import './node-globals.ts';
import { opfsStore } from '@varve/adapter-opfs';
import { LONG_PATIENCE_MS, runAbstractSuite, type SuiteResult } from '../abstract-suite.ts';
import { SmallLevel } from './small-level.ts';

/** What became of it. */
export type Answer = { readonly result: SuiteResult } | { readonly failure: string };

async function answerFor(folder: string): Promise<Answer> {
  let count = 0;
  try {
    const newLevel = (options?: object) => new SmallLevel(opfsStore(`${folder}/${count++}`), options);
    return { result: await runAbstractSuite(newLevel, LONG_PATIENCE_MS) };
  } catch (error) {
    return { failure: String(error) };
  }
}

self.onmessage = async ({ data: { folder } }: MessageEvent<{ folder: string }>) => self.postMessage(await answerFor(folder));
