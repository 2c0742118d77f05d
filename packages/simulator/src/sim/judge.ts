// Tells one failure from another: numbers, keys and positions differ from script to script, the words do not.

import type { TabScript } from '../tabs/script.ts';
import { liveTabs } from '../tabs/tab-life.ts';
import { live } from './live.ts';
import type { Script } from './script.ts';

const MOST_WORDS = 60;

export function judge(script: Script): Promise<string | undefined> {
  return wordsOf(live(script));
}

export function judgeTabs(script: TabScript): Promise<string | undefined> {
  return wordsOf(liveTabs(script));
}

async function wordsOf(life: Promise<unknown>): Promise<string | undefined> {
  try {
    await life;
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return String(cause)
      .replace(/:.*:.*/s, (text) => text.slice(0, MOST_WORDS))
      .replaceAll(/\d+/g, '#');
  }
}
