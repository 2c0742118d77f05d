// Logs that make one deliberate mistake about who has claimed them, and the check that has to notice it.

import type { LogSegment, LogStore } from '@varve/core';
import type { BrokenLog } from './broken-logs.ts';

export const brokenClaims: readonly BrokenLog[] = [
  {
    mistake: 'a log can be claimed, and does not tell who was overtaken',
    caughtBy: 'the log can be claimed as declared, and then tells who was overtaken',
    breakLog: () => without('isOvertaken'),
  },
  {
    mistake: 'a log tells who was overtaken, and cannot be claimed',
    caughtBy: 'the log can be claimed as declared, and then tells who was overtaken',
    breakLog: () => without('claim'),
  },
  {
    mistake: 'a log that nobody has claimed is of somebody else',
    caughtBy: 'nobody is overtaken where nobody has claimed',
    breakLog: (log, _store, claimed) => ({ isOvertaken: (term) => claimed.term === 0 || log.isOvertaken(term) }),
  },
  {
    mistake: 'whether a term is overtaken is answered later',
    caughtBy: 'nobody is overtaken where nobody has claimed',
    breakLog: (log) => ({
      isOvertaken: (async (term: number) => log.isOvertaken(term)) as unknown as NonNullable<LogStore['isOvertaken']>,
    }),
  },
  {
    mistake: 'a claim is there a turn after it was made',
    caughtBy: 'a claim is seen by every other handle at once, in the middle of its work',
    breakLog: (log) => ({ claim: (term) => queueMicrotask(() => log.claim(term)) }),
  },
  {
    mistake: 'a claim is made when its promise is fulfilled',
    caughtBy: 'a claim overtakes all smaller terms, and neither its own nor larger ones',
    breakLog: (log) => ({ claim: (async (term: number) => log.claim(term)) as unknown as NonNullable<LogStore['claim']> }),
  },
  {
    mistake: 'a claim overtakes its own term',
    caughtBy: 'a claim overtakes all smaller terms, and neither its own nor larger ones',
    breakLog: (_log, _store, claimed) => ({ isOvertaken: (term) => claimed.term >= term && claimed.term > 0 }),
  },
  {
    mistake: 'every term but the one that has claimed is overtaken, larger ones as well',
    caughtBy: 'a claim overtakes all smaller terms, and neither its own nor larger ones',
    breakLog: (_log, _store, claimed) => ({ isOvertaken: (term) => claimed.term !== term && claimed.term > 0 }),
  },
  {
    mistake: 'terms are compared as texts',
    caughtBy: 'a claim overtakes all smaller terms, and neither its own nor larger ones',
    breakLog: (_log, _store, claimed) => ({ isOvertaken: (term) => `${claimed.term}` > `${term}` }),
  },
  {
    mistake: 'terms are kept in 32 bits of which one is a sign',
    caughtBy: 'a claim overtakes all smaller terms, and neither its own nor larger ones',
    breakLog: (log) => ({ claim: (term) => log.claim(term | 0) }),
  },
  {
    mistake: 'who claims again is somebody else',
    caughtBy: 'a claim of the term that has the log already changes nothing',
    breakLog: (log, _store, claimed) => ({ claim: (term) => log.claim(term === claimed.term ? term + 1 : term) }),
  },
  {
    mistake: 'a second claim of a term is refused',
    caughtBy: 'a claim of the term that has the log already changes nothing',
    breakLog: (log, _store, claimed) => ({
      claim(term) {
        if (term === claimed.term) throw new Error('UNIQUE constraint failed');
        log.claim(term);
      },
    }),
  },
  {
    mistake: 'the last claim stays, not the largest',
    caughtBy: 'a claim of a smaller term comes late, and changes nothing',
    breakLog: (_log, _store, claimed) => ({ claim: (term) => void (claimed.term = term) }),
  },
  {
    mistake: 'the first claim stays',
    caughtBy: 'a claim is seen by every other handle at once, in the middle of its work',
    breakLog: (_log, _store, claimed) => ({ claim: (term) => void (claimed.term ||= term) }),
  },
  {
    mistake: 'a handle asks who has the log until it has an answer',
    caughtBy: 'a claim is seen by every other handle at once, in the middle of its work',
    breakLog(log) {
      const answers = new Map<number, boolean>();
      return {
        isOvertaken(term) {
          const answer = answers.get(term) ?? log.isOvertaken(term);
          answers.set(term, answer);
          return answer;
        },
      };
    },
  },
  {
    mistake: 'a claim is compared with what its own handle has claimed, and written over what others have',
    caughtBy: 'of claims that race the largest term has the log, in whatever order they come',
    breakLog(_log, _store, claimed) {
      let largest = 0;
      return { claim: (term) => void (claimed.term = largest = Math.max(largest, term)) };
    },
  },
  {
    mistake: 'closing a log gives up the claim',
    caughtBy: 'a claim is there for whoever opens the log again, and for the next claimant',
    breakLog: (log, _store, claimed) => ({
      close() {
        claimed.term = 0;
        return log.close();
      },
    }),
  },
  {
    mistake: 'who has the log is known to the handle only',
    caughtBy: 'a claim is there for whoever opens the log again, and for the next claimant',
    breakLog() {
      let largest = 0;
      return { claim: (term) => void (largest = Math.max(largest, term)), isOvertaken: (term) => largest > term };
    },
  },
  {
    mistake: 'the claim goes with the last segment',
    caughtBy: 'a claim stays while segments are made, made durable and truncated',
    breakLog: (log, _store, claimed) => ({
      async truncate(before) {
        await log.truncate(before);
        if ((await log.segments()).length === 0) claimed.term = 0;
      },
    }),
  },
  {
    mistake: 'a claim is over when a segment is begun',
    caughtBy: 'a claim stays while segments are made, made durable and truncated',
    breakLog: (log, _store, claimed) => ({
      create(segment, sizeBytes) {
        claimed.term = 0;
        return log.create(segment, sizeBytes);
      },
    }),
  },
  {
    mistake: 'an append is handed on with the next one',
    caughtBy: 'who claims reads all that a writer had appended when it was not overtaken',
    breakLog: (log) => ({
      create(number, sizeBytes) {
        const segment = log.create(number, sizeBytes) as LogSegment | undefined;
        return segment && lateSegment(segment);
      },
    }),
  },
  {
    mistake: 'who claims begins the log anew',
    caughtBy: 'who claims reads all that a writer had appended when it was not overtaken',
    breakLog: (log) => ({
      claim(term) {
        log.claim(term);
        void log.truncate(Number.MAX_SAFE_INTEGER);
      },
    }),
  },
];

/** A log that lacks one of the two. */
function without(call: 'claim' | 'isOvertaken'): Partial<LogStore> {
  return { [call]: undefined };
}

/** A segment that keeps its last append until there is another, or a sync, or its end. */
function lateSegment(segment: LogSegment): LogSegment {
  let kept: [bytes: Uint8Array, position: number] | undefined;
  const handOn = (): void => {
    if (kept !== undefined) void segment.append(...kept);
    kept = undefined;
  };
  return {
    append(bytes, position) {
      handOn();
      kept = [bytes.slice(), position];
    },
    sync() {
      handOn();
      return segment.sync();
    },
    syncNow() {
      handOn();
      segment.syncNow?.();
    },
    close() {
      handOn();
      return segment.close();
    },
  };
}
