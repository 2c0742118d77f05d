// What a database answers, whatever became of its bytes: every get, every scan in both directions, verify, and the same after a compaction.
// Each call answers or fails; both are kept, and judged by those who know what was damaged.

import { ABSENT, openSample, SPACES, wordsOf, type Model, type SampleDatabase, type Space } from './sample.ts';
import { storeOf, type Image } from './image.ts';

/** One call: what it answered, or how it failed. A scan that fails has answered up to there. */
export interface Answer {
  readonly call: string;
  readonly space: Space;
  /** Undefined for a scan. */
  readonly key: string | undefined;
  readonly reverse: boolean;
  readonly found: readonly (readonly [string, string])[];
  readonly error: unknown;
}

export interface Examined {
  /** Undefined: it opened. */
  readonly openError: unknown;
  readonly answers: readonly Answer[];
  /** Undefined: verify ended with an error. */
  readonly verified: readonly { readonly object: string }[] | undefined;
  /** Of verify, compaction and close. */
  readonly otherErrors: readonly unknown[];
}

/** Opens the image and asks it everything. `keys`: what is asked for in each key space, besides keys that nobody ever wrote. */
export async function examine(image: Image, keys: Readonly<Record<Space, readonly string[]>>): Promise<Examined> {
  const answers: Answer[] = [];
  const otherErrors: unknown[] = [];
  const opened = await attempt(async () => openSample(await storeOf(image), 1));
  if (opened.value === undefined) return { openError: opened.error, answers, verified: undefined, otherErrors };
  const db = opened.value;
  const spaceError = attemptNow(() => wordsOf(db));
  if (spaceError !== undefined) {
    await db.close();
    return { openError: spaceError, answers, verified: undefined, otherErrors };
  }
  askAll(db, keys, answers);
  const verified = await attempt(() => db.verify());
  const compacted = await attempt(() => db.compact());
  if (compacted.error === undefined) askAll(db, keys, answers);
  const closed = await attempt(() => db.close());
  otherErrors.push(...[verified, compacted, closed].map(({ error }) => error).filter((error) => error !== undefined));
  return { openError: undefined, answers, verified: verified.value?.problems, otherErrors };
}

function askAll(db: SampleDatabase, keys: Readonly<Record<Space, readonly string[]>>, answers: Answer[]): void {
  for (const space of SPACES) {
    const reads = space === '' ? db : wordsOf(db);
    for (const key of [...keys[space], ...ABSENT]) {
      const found: [string, string][] = [];
      const error = attemptNow(() => {
        const value = reads.getSync(key);
        if (value !== undefined) found.push([key, value]);
      });
      answers.push({ call: `get ${space}/${key}`, space, key, reverse: false, found, error });
    }
    for (const reverse of [false, true]) {
      const found: [string, string][] = [];
      const error = attemptNow(() => {
        for (const entry of reads.scanSync({ reverse })) found.push(entry);
      });
      answers.push({ call: `scan ${space} reverse=${reverse}`, space, key: undefined, reverse, found, error });
    }
  }
}

/** The answers that a database of this model would not have given. What failed is right up to where it failed. */
export function wrongAnswers(answers: readonly Answer[], model: Model): Answer[] {
  const forward = { '': sorted(model['']), words: sorted(model.words) };
  const backward = { '': [...forward['']].reverse(), words: [...forward.words].reverse() };
  return answers.filter(({ space, key, reverse, found, error }) => {
    const value = key === undefined ? undefined : model[space].get(key);
    const scanned = reverse ? backward[space] : forward[space];
    const expected = key === undefined ? scanned : value === undefined ? [] : [[key, value] as const];
    if (error === undefined && found.length !== expected.length) return true;
    return found.some(([k, v], i) => k !== expected[i]?.[0] || v !== expected[i]?.[1]);
  });
}

/** Keys are ASCII: the order of UTF-16 units is that of bytes. */
function sorted(entries: ReadonlyMap<string, string>): (readonly [string, string])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

async function attempt<T>(run: () => Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

function attemptNow(run: () => void): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}
