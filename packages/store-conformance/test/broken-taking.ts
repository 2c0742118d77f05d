// Logs over objects that make one deliberate mistake about whose segments they are, and the check that has to notice it.

import type { LogStore, MemoryStore } from '@varve/core';

/** A mistake: what it replaces in a log over objects. */
export interface BrokenTaking {
  readonly mistake: string;
  /** Title of a check that fails. */
  readonly caughtBy: string;
  breakLog(log: TakingLog, store: MemoryStore): Partial<LogStore>;
}

/** A log of which segments can be taken, and whose calls can be taken out of it. */
type TakingLog = LogStore & { readonly takeSegments: NonNullable<LogStore['takeSegments']> };

/** The log, with a mistake. */
export function brokenObjectLog(broken: BrokenTaking, log: LogStore, store: MemoryStore): LogStore {
  const sound: TakingLog = {
    kind: log.kind,
    sync: log.sync,
    defaultDurability: log.defaultDurability,
    segments: () => log.segments(),
    read: (segment, into) => log.read(segment, into),
    create: (segment, sizeBytes) => log.create(segment, sizeBytes),
    makeDurable: (segments) => log.makeDurable(segments),
    truncate: (before) => log.truncate(before),
    close: () => log.close(),
    takeSegments: (from, check, seen) => log.takeSegments!(from, check, seen),
  };
  return { ...sound, ...broken.breakLog(sound, store) };
}

const beginOf = (segment: number): string => `wal/${String(segment).padStart(20, '0')}.wal/begin`;

export const brokenTaking: readonly BrokenTaking[] = [
  {
    mistake: 'segments can be taken, and do not tell so',
    caughtBy: 'segments can be taken as declared, and then tell so',
    breakLog: (log) => withTaken(log, () => undefined),
  },
  {
    mistake: 'segments tell whether they are taken, and nobody can take them',
    caughtBy: 'segments can be taken as declared, and then tell so',
    breakLog: () => ({ takeSegments: undefined }),
  },
  {
    mistake: 'a segment is taken as soon as it has bytes',
    caughtBy: 'nothing is taken while nobody takes it',
    breakLog: (log) =>
      withTaken(log, (_isTaken, number) => async () => (await log.segments()).some((one) => one.number === number && one.size > 0)),
  },
  {
    mistake: 'a truncation makes a writer forget which segment is its own',
    caughtBy: 'nothing is taken while nobody takes it',
    breakLog(log) {
      let truncated = false;
      return {
        create: (segment, sizeBytes) => (truncated ? undefined : log.create(segment, sizeBytes)),
        truncate(before) {
          truncated = true;
          return log.truncate(before);
        },
      };
    },
  },
  {
    mistake: 'all segments are taken, whatever the number',
    caughtBy: 'segments are taken from a number on, from every handle, and stay taken',
    breakLog: (log) => ({ takeSegments: (_from, check, seen) => log.takeSegments(0, check, seen) }),
  },
  {
    mistake: 'only the last segment is taken',
    caughtBy: 'segments are taken from a number on, from every handle, and stay taken',
    breakLog: (log) => ({
      async takeSegments(from, check) {
        const last = (await log.segments()).at(-1)?.number ?? 0;
        return log.takeSegments(Math.max(from, last), check);
      },
    }),
  },
  {
    mistake: 'the first answer stays',
    caughtBy: 'who takes segments reads all that was appended before somebody was told that they were not taken',
    breakLog: (log) =>
      withTaken(log, (isTaken) => {
        let answer: Promise<boolean> | undefined;
        return () => (answer ??= isTaken());
      }),
  },
  {
    mistake: 'what is taken begins anew',
    caughtBy: 'who takes segments reads all that was appended before somebody was told that they were not taken',
    breakLog: (log, store) => ({
      async takeSegments(from, check) {
        const segments = await log.takeSegments(from, check);
        for (const { name } of await store.list('wal/')) if (!name.endsWith('begin')) await store.delete([name]);
        return segments;
      },
    }),
  },
  {
    mistake: 'a segment that anybody has taken is taken, also from whoever begins one afterwards',
    caughtBy: 'whoever has taken segments goes on in its own',
    breakLog: (log) => withTaken(log, (_isTaken, number) => async () => number > 1),
  },
  {
    mistake: 'what is begun while others are taken stays with its writer',
    caughtBy: 'a segment that is begun while others are taken is taken as well',
    breakLog: (log, store) => ({
      async takeSegments(from, check) {
        const found = (await log.segments()).map(({ number }) => number).filter((number) => number >= from);
        await check();
        for (const number of found) await store.replace!(beginOf(number), new Uint8Array(32));
        return log.segments();
      },
    }),
  },
  {
    mistake: 'a segment that is gone is nobody else’s',
    caughtBy: 'a truncated segment is taken, also when its number is used again',
    breakLog: (log, store) => withTaken(log, (isTaken, number) => async () => (await store.has(beginOf(number))) && isTaken()),
  },
  {
    mistake: 'a segment is a writer’s own as long as it is there',
    caughtBy: 'a truncated segment is taken, also when its number is used again',
    breakLog: (log, store) => withTaken(log, (_isTaken, number) => async () => !(await store.has(beginOf(number)))),
  },
  {
    mistake: 'the check comes behind the taking',
    caughtBy: 'nothing is taken where the check says no, and nothing of who came between',
    breakLog: (log) => ({
      async takeSegments(from, check) {
        const segments = await log.takeSegments(from, () => undefined);
        await check();
        return segments;
      },
    }),
  },
  {
    mistake: 'the check is asked once, for all that is found later as well',
    caughtBy: 'nothing is taken where the check says no, and nothing of who came between',
    breakLog: (log) => ({
      takeSegments(from, check) {
        let answer: unknown;
        return log.takeSegments(from, () => (answer ??= check()));
      },
    }),
  },
  {
    mistake: 'what was seen before waits for the check as well',
    caughtBy: 'segments that were seen before are taken without a check, others that came since are not',
    breakLog: (log) => ({ takeSegments: (from, check) => log.takeSegments(from, check) }),
  },
  {
    mistake: 'what is seen is not asked about, whenever',
    caughtBy: 'segments that were seen before are taken without a check, others that came since are not',
    breakLog: (log) => ({ takeSegments: async (from, check) => log.takeSegments(from, check, await log.segments()) }),
  },
  {
    mistake: 'all that was seen is taken, whatever the number',
    caughtBy: 'segments that were seen before are taken without a check, others that came since are not',
    breakLog: (log) => ({
      async takeSegments(from, check, seen) {
        await log.takeSegments(0, () => undefined, seen);
        return log.takeSegments(from, check, seen);
      },
    }),
  },
  {
    mistake: 'who takes segments is told of those that it had seen',
    caughtBy: 'who takes segments is told which there are then',
    breakLog: (log) => ({
      async takeSegments(from, check, seen) {
        const segments = await log.takeSegments(from, check, seen);
        return seen === undefined ? segments : [...seen];
      },
    }),
  },
];

/** A log whose segments answer something else. */
function withTaken(
  log: LogStore,
  answer: (isTaken: () => Promise<boolean>, segment: number) => (() => Promise<boolean>) | undefined,
): Partial<LogStore> {
  return {
    async create(number, sizeBytes) {
      const segment = await log.create(number, sizeBytes);
      if (segment === undefined) return undefined;
      return {
        append: (bytes, position) => segment.append(bytes, position),
        sync: () => segment.sync(),
        close: () => segment.close(),
        isTaken: answer(() => segment.isTaken!(), number),
      };
    },
  };
}
