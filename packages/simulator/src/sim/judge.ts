// Tells one failure from another: numbers, keys and positions differ from script to script, the words do not.

import { live } from './live.ts';
import type { Script } from './script.ts';

const MOST_WORDS = 60;

export async function judge(script: Script): Promise<string | undefined> {
  try {
    await live(script);
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return String(cause)
      .replace(/:.*:.*/s, (text) => text.slice(0, MOST_WORDS))
      .replaceAll(/\d+/g, '#');
  }
}
