// Logs with one deliberate mistake each, and the check that has to notice it.

import { memoryStore, StorageError, type LogSegment, type LogStore, type MemoryStore } from '@varve/core';

/** Who has claimed a log: all handles on one place share it. */
export interface Claimed {
  term: number;
}

/** A log that can be claimed. */
export type ClaimableLog = LogStore & Required<Pick<LogStore, 'claim' | 'isOvertaken'>>;

/** A mistake: what it replaces in the log of a store in memory, which can be claimed. */
export interface BrokenLog {
  readonly mistake: string;
  /** Title of a check that fails. */
  readonly caughtBy: string;
  breakLog(log: ClaimableLog, store: MemoryStore, claimed: Claimed): Partial<LogStore>;
}

/** The log of a store, with a mistake. */
export function brokenLog(broken: BrokenLog, store: MemoryStore, claimed: Claimed): LogStore {
  const log = claimable(store.openLog(), claimed);
  return { ...log, ...broken.breakLog(log, store, claimed) };
}

function claimable(log: LogStore, claimed: Claimed): ClaimableLog {
  return {
    ...log,
    claim(term) {
      claimed.term = Math.max(claimed.term, term);
    },
    isOvertaken: (term) => claimed.term > term,
  };
}

export const brokenLogs: readonly BrokenLog[] = [
  {
    mistake: 'append takes at most a page',
    caughtBy: 'appended bytes are read back at their positions',
    breakLog: (log) => withSegment(log, (segment) => ({ append: (bytes, position) => segment.append(bytes.subarray(0, 4096), position) })),
  },
  {
    mistake: 'append is lost while a sync is under way',
    caughtBy: 'appends go on while syncs are under way',
    breakLog: (log) =>
      withSegment(log, (segment) => {
        let syncs = 0;
        return {
          append: (bytes, position) => segment.append(syncs > 0 ? new Uint8Array(bytes.length) : bytes, position),
          async sync() {
            syncs++;
            await segment.sync();
            syncs--;
          },
        };
      }),
  },
  {
    mistake: 'append ignores the position',
    caughtBy: 'the last append may be repeated',
    breakLog: (log) =>
      withSegment(log, (segment) => {
        let end = 0;
        return { append: (bytes) => segment.append(bytes, (end += bytes.length) - bytes.length) };
      }),
  },
  {
    mistake: 'append keeps the bytes it was given until the next sync',
    caughtBy: 'bytes that were appended may change afterwards',
    breakLog: (log) =>
      withSegment(log, (segment) => {
        const waiting: [Uint8Array, number][] = [];
        const flush = () => waiting.splice(0).forEach(([bytes, position]) => void segment.append(bytes, position));
        return {
          append: (bytes, position) => void waiting.push([bytes, position]),
          sync() {
            flush();
            return segment.sync();
          },
          close() {
            flush();
            return segment.close();
          },
        };
      }),
  },
  {
    mistake: 'append reads WebAssembly memory after the call has returned',
    caughtBy: 'bytes may lie in WebAssembly memory, which may grow meanwhile',
    breakLog: (log) =>
      withSegment(log, (segment) => ({
        async append(bytes, position) {
          await Promise.resolve();
          await segment.append(bytes, position);
        },
      })),
  },
  {
    mistake: 'a segment cannot outgrow its announced size',
    caughtBy: 'a segment may outgrow the size that was announced',
    breakLog: (log) => ({
      create(number, sizeBytes) {
        const segment = log.create(number, sizeBytes) as LogSegment | undefined;
        return (
          segment &&
          extended(segment, {
            append: (bytes, position) => segment.append(bytes.subarray(0, Math.max(0, sizeBytes - position)), position),
          })
        );
      },
    }),
  },
  {
    mistake: 'all segments are written to one place',
    caughtBy: 'two segments are written at once',
    breakLog: (log) => {
      let current: LogSegment | undefined;
      return withSegment(log, (segment) => {
        current = segment;
        return { append: (bytes, position) => current?.append(bytes, position) };
      });
    },
  },
  {
    mistake: 'a segment works until it is closed twice',
    caughtBy: 'a segment may be closed twice, and keeps its bytes',
    breakLog: (log) =>
      withSegment(log, (segment) => {
        let closed = false;
        return {
          close() {
            if (closed) throw new Error('bad file descriptor');
            closed = true;
            return segment.close();
          },
        };
      }),
  },
  {
    mistake: 'read tells the size of the segment, not of what it read',
    caughtBy: 'read fills at most the buffer and tells how much',
    breakLog: (log) => ({
      read(number, into) {
        const found = log.read(number, into) as number | undefined;
        return found === undefined ? undefined : Math.max(found, 1000);
      },
    }),
  },
  {
    mistake: 'read takes a missing segment for an empty one',
    caughtBy: 'a fresh log has no segments',
    breakLog: (log) => ({ read: (number, into) => (log.read(number, into) as number | undefined) ?? 0 }),
  },
  {
    mistake: 'creating a segment is not exclusive',
    caughtBy: 'a number that is taken is refused, and its segment left alone',
    breakLog: (log) => ({
      async create(number, sizeBytes) {
        const segments = (await log.segments()).map((segment) => segment.number);
        if (segments.includes(number)) return extended({} as LogSegment, { append() {}, close() {}, sync: async () => {} });
        return log.create(number, sizeBytes);
      },
    }),
  },
  {
    mistake: 'creating a segment is exclusive within one handle only',
    caughtBy: 'one of several handles gets a segment',
    breakLog: (log) => {
      const created = new Set<number>();
      return {
        create(number, sizeBytes) {
          if (created.has(number)) return undefined;
          created.add(number);
          return log.create(number, sizeBytes) ?? extended({} as LogSegment, { append() {}, close() {}, sync: async () => {} });
        },
      };
    },
  },
  {
    mistake: 'a segment is looked for first and created later',
    caughtBy: 'one of many who create a segment at once gets it',
    breakLog: (log) => ({
      async create(number, sizeBytes) {
        const free = (await log.read(number, new Uint8Array(0))) === undefined;
        if (!free) return undefined;
        return (await log.create(number, sizeBytes)) ?? extended({} as LogSegment, { append() {}, close() {}, sync: async () => {} });
      },
    }),
  },
  {
    mistake: 'segments are in the order of their names',
    caughtBy: 'segments are listed in the order of their numbers',
    breakLog: (log) => ({ segments: async () => [...(await log.segments())].sort((a, b) => (`${a.number}` < `${b.number}` ? -1 : 1)) }),
  },
  {
    mistake: 'a log that says it is synchronous answers later',
    caughtBy: 'a synchronous log answers at once',
    breakLog: (log) => ({ segments: async () => log.segments() }),
  },
  {
    mistake: 'a synchronous log is declared asynchronous',
    caughtBy: 'the log is as synchronous as declared',
    breakLog: () => ({ sync: false }),
  },
  {
    mistake: 'truncate removes one segment too many',
    caughtBy: 'truncate removes the segments below the number, and no others',
    breakLog: (log) => ({ truncate: (before) => log.truncate(before + 1) }),
  },
  {
    mistake: 'truncate keeps one segment too many',
    caughtBy: 'truncate removes the segments below the number, and no others',
    breakLog: (log) => ({ truncate: (before) => log.truncate(before - 1) }),
  },
  {
    mistake: 'truncate fails when it finds nothing',
    caughtBy: 'truncate may be repeated, and may find nothing',
    breakLog: (log) => ({
      async truncate(before) {
        if ((await log.segments()).every(({ number }) => number >= before)) throw new Error('nothing to remove');
        await log.truncate(before);
      },
    }),
  },
  {
    mistake: 'a recycled segment shows the old bytes first',
    caughtBy: 'segments created after a truncation read as written',
    breakLog: (log) => {
      let truncated = false;
      const later = withSegment(log, (segment) => ({
        append: (bytes, position) => segment.append(truncated ? new Uint8Array(bytes.length) : bytes, position),
      }));
      return {
        ...later,
        truncate(before) {
          truncated = true;
          return log.truncate(before);
        },
      };
    },
  },
  {
    mistake: 'truncate recycles a segment that is still written',
    caughtBy: 'a segment whose storage is used again disturbs no other',
    breakLog: (log) => {
      const storage: LogSegment[] = [];
      let truncated = false;
      const shared = withSegment(log, (segment) => {
        const old = truncated ? storage.pop() : undefined;
        storage.push(segment);
        return {
          append(bytes, position) {
            void old?.append(bytes, position);
            return segment.append(bytes, position);
          },
        };
      });
      return {
        ...shared,
        truncate(before) {
          truncated = true;
          return log.truncate(before);
        },
      };
    },
  },
  {
    mistake: 'a truncation is seen by the handle that asked for it only',
    caughtBy: 'another handle sees the truncation',
    breakLog: (log) => {
      let from = 0;
      return {
        segments: async () => (await log.segments()).filter(({ number }) => number >= from),
        truncate: (before) => {
          from = Math.max(from, before);
        },
      };
    },
  },
  {
    mistake: 'segments are kept in the handle',
    caughtBy: 'a log may be closed twice, and its segments are there for the next handle',
    breakLog: () => memoryStore().openLog(),
  },
  {
    mistake: 'sync returns before anything is safe',
    caughtBy: 'what was appended before sync was called survives a power cut',
    breakLog: (log) => withSegment(log, () => ({ sync: async () => {} })),
  },
  {
    mistake: 'a sync that comes later is told of the one under way',
    caughtBy: 'each of several syncs covers all that was appended before it',
    breakLog: (log) =>
      withSegment(log, (segment) => {
        let running: Promise<void> | undefined;
        return {
          sync: () =>
            (running ??= segment.sync().then(async () => {
              await new Promise((resolve) => setTimeout(resolve, 1));
              running = undefined;
            })),
        };
      }),
  },
  {
    mistake: 'syncNow leaves the work to a sync that is under way',
    caughtBy: 'syncNow covers all that was appended, when it returns',
    breakLog: (log) => withSegment(log, () => ({ syncNow() {} })),
  },
  {
    mistake: 'sync does not end when it is called twice',
    caughtBy: 'sync is fulfilled, with nothing to sync, several at once, and again',
    breakLog: (log) =>
      withSegment(log, (segment) => {
        let syncs = 0;
        return { sync: async () => (++syncs > 1 ? Promise.reject(new Error('sync is under way')) : segment.sync()) };
      }),
  },
  {
    mistake: 'closing gives up what was synced',
    caughtBy: 'closing does not lose what was synced',
    breakLog: (log) => {
      let closing = false;
      return withSegment(log, (segment) => ({
        sync: async () => (closing ? segment.sync() : undefined),
        close() {
          closing = true;
          return segment.close();
        },
      }));
    },
  },
  {
    mistake: 'makeDurable does nothing',
    caughtBy: 'makeDurable makes segments that another has left survive a power cut',
    breakLog: () => ({ makeDurable: async () => {} }),
  },
  {
    mistake: 'makeDurableNow returns before anything is durable',
    caughtBy: 'makeDurableNow of a synchronous log has done the same when it returns',
    breakLog: () => ({ makeDurableNow: () => {} }),
  },
  {
    mistake: 'a synchronous log has no makeDurableNow',
    caughtBy: 'makeDurableNow of a synchronous log has done the same when it returns',
    breakLog: () => ({ makeDurableNow: undefined }),
  },
  {
    mistake: 'makeDurable passes over segments that are empty',
    caughtBy: 'a segment that was made durable before anything was written to it is there after a power cut',
    breakLog: (log) => ({
      makeDurable: async (segments) => {
        const infos = await log.segments();
        await log.makeDurable(segments.filter((number) => infos.some((info) => info.number === number && info.size > 0)));
      },
    }),
  },
  {
    mistake: 'makeDurable ignores missing segments',
    caughtBy: 'makeDurable leaves segments as they are, and misses those that are missing',
    breakLog: (log) => ({
      makeDurable: async (segments) => {
        await log.makeDurable(segments).catch((error: unknown) => {
          if (!(error instanceof StorageError)) throw error;
        });
      },
    }),
  },
];

/** A log whose segments have a mistake. */
function withSegment(log: LogStore, change: (segment: LogSegment) => Partial<LogSegment>): Partial<LogStore> {
  return {
    create(number, sizeBytes) {
      const segment = log.create(number, sizeBytes) as LogSegment | undefined;
      return segment && extended(segment, change(segment));
    },
  };
}

/** A segment with some of its methods replaced. */
function extended(segment: LogSegment, change: Partial<LogSegment>): LogSegment {
  return {
    append: (bytes, position) => segment.append(bytes, position),
    sync: () => segment.sync(),
    syncNow: () => segment.syncNow?.(),
    close: () => segment.close(),
    ...change,
  };
}
