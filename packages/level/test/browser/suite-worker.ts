// Runs abstract-level's suite in a dedicated worker, on the origin private file system: `{ folder }` says in which folder, the answer is the result.

import './node-globals.ts';
import { opfsStore } from '@varve/adapter-opfs';
import { runAbstractSuite } from '../abstract-suite.ts';
import { SmallLevel } from './small-level.ts';

self.onmessage = async ({ data: { folder } }: MessageEvent<{ folder: string }>) => {
  let count = 0;
  const result = await runAbstractSuite((options) => new SmallLevel(opfsStore(`${folder}/${count++}`), options));
  await (await navigator.storage.getDirectory()).removeEntry(folder, { recursive: true }).catch(() => undefined);
  self.postMessage(result);
};
