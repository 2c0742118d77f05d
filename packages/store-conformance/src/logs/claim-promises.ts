// Claims: a log that tells by itself whether another writer has it (docs/PROTOCOL.md, rules 2 and 4). Then nobody looks for a newer manifest after an
// append, and a wrong answer is an acknowledged write that the next writer does not find.

import type { LogStore } from '@varve/core';
import { ConformanceError, expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { mustCreate, readStart, type LogPromise } from './log-subject.ts';

/** The largest that a manifest holds. */
const LAST_TERM = 0xffff_ffff;

/** Of three who claim. */
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Said, and done when it returns. */
function claim(log: LogStore, term: number): void {
  if (log.claim === undefined) throw new ConformanceError('this log has no claim');
  expectSame(`what the claim of term ${term} returns`, log.claim(term), undefined);
}

/** Asked in the turn of an append, so the answer is no promise. */
function expectOvertaken(log: LogStore, term: number, expected: boolean, when: string): void {
  if (log.isOvertaken === undefined) throw new ConformanceError('this log has no isOvertaken');
  expectSame(`term ${term} is overtaken ${when}`, log.isOvertaken(term), expected);
}

export const claimPromises: readonly LogPromise[] = [
  {
    title: 'the log can be claimed as declared, and then tells who was overtaken',
    async prove({ log, options: { claims = false } }) {
      expectSame('claim', log.claim !== undefined, claims);
      expectSame('isOvertaken', log.isOvertaken !== undefined, claims);
    },
  },
  {
    title: 'nobody is overtaken where nobody has claimed',
    needs: ['claims'],
    async prove({ log }) {
      for (const term of [1, 2, LAST_TERM]) expectOvertaken(log, term, false, 'in a fresh log');
      const segment = await mustCreate(log, 1);
      await segment.append(sampleBytes(100, 1), 0);
      await segment.close();
      expectOvertaken(log, 1, false, 'after an append');
    },
  },
  {
    title: 'a claim overtakes all smaller terms, and neither its own nor larger ones',
    needs: ['claims'],
    async prove({ log }) {
      // A writer whose epochs run out goes on under the next term (rule 10), and claims nothing.
      for (const term of [1, 2, 9, 10, 100, 2 ** 31, LAST_TERM - 1]) {
        claim(log, term);
        for (const smaller of term === 1 ? [] : [1, term - 1]) expectOvertaken(log, smaller, true, `by ${term}`);
        for (const other of [term, term + 1, LAST_TERM]) expectOvertaken(log, other, false, `by ${term}`);
      }
    },
  },
  {
    title: 'a claim of the term that has the log already changes nothing',
    needs: ['claims'],
    async prove({ log }) {
      for (let times = 1; times <= 3; times++) {
        claim(log, 7);
        expectOvertaken(log, 7, false, `after ${times} claims of it`);
        expectOvertaken(log, 6, true, `after ${times} claims of 7`);
      }
    },
  },
  {
    title: 'a claim of a smaller term comes late, and changes nothing',
    needs: ['claims'],
    async prove({ log }) {
      claim(log, 7);
      for (const late of [6, 1]) {
        claim(log, late);
        expectOvertaken(log, late, true, 'though it claimed after 7');
        expectOvertaken(log, 6, true, `by 7, whatever ${late} claims`);
        expectOvertaken(log, 7, false, `after a late claim of ${late}`);
      }
    },
  },
  {
    title: 'a claim is seen by every other handle at once, in the middle of its work',
    needs: ['claims', 'reopen'],
    async prove({ log, reopen }) {
      const [next, third] = [await reopen(), await reopen()];
      claim(log, 1);
      const segment = await mustCreate(log, 1);
      for (const [at, each] of [next, third].entries()) {
        const term = at + 1;
        await segment.append(sampleBytes(100, term), at * 100);
        expectOvertaken(log, term, false, 'before the next claim');
        claim(each, term + 1);
        expectOvertaken(log, term, true, 'as soon as another has claimed');
      }
      expectOvertaken(next, 2, true, 'by the third handle');
      expectOvertaken(third, 3, false, 'when it was the last');
      await segment.close();
    },
  },
  {
    title: 'of claims that race the largest term has the log, in whatever order they come',
    needs: ['claims', 'reopen'],
    async prove({ log, reopen }) {
      const logs = [log, await reopen(), await reopen()];
      let base = 0;
      for (const order of ORDERS) {
        for (const which of order) claim(logs[which], base + which + 1);
        for (const each of logs) {
          for (const which of [0, 1, 2]) expectOvertaken(each, base + which + 1, which < 2, `after claims in the order ${order.join()}`);
        }
        base += 3;
      }
    },
  },
  {
    title: 'a claim is there for whoever opens the log again, and for the next claimant',
    needs: ['claims', 'reopen'],
    async prove({ log, reopen }) {
      claim(log, 5);
      await log.close();
      const again = await reopen();
      expectOvertaken(again, 4, true, 'when the log is opened again');
      expectOvertaken(again, 5, false, 'when the log is opened again');
      claim(again, 3);
      expectOvertaken(again, 4, true, 'after a claim that came late');
      claim(again, 6);
      await again.close();
      const last = await reopen();
      expectOvertaken(last, 5, true, 'by who has opened again');
      expectOvertaken(last, 6, false, 'when the log is opened once more');
    },
  },
  {
    title: 'a claim stays while segments are made, made durable and truncated',
    needs: ['claims'],
    async prove({ log }) {
      claim(log, 4);
      const expectKept = (when: string): void => {
        expectOvertaken(log, 3, true, when);
        expectOvertaken(log, 4, false, when);
      };
      for (const number of [1, 2]) {
        const segment = await mustCreate(log, number);
        await segment.append(sampleBytes(1000, number), 0);
        await segment.sync();
        await segment.close();
      }
      expectKept('after segments were written');
      await log.makeDurable([1, 2]);
      expectKept('after segments were made durable');
      await log.truncate(2);
      expectKept('after a truncation');
      await log.truncate(3);
      expectKept('when no segment is left');
    },
  },
  {
    title: 'who claims reads all that a writer had appended when it was not overtaken',
    needs: ['claims', 'reopen'],
    async prove({ log, reopen }) {
      let writer = log;
      for (let term = 1; term <= 4; term++) {
        claim(writer, term);
        const next = await reopen();
        const segment = await mustCreate(writer, term);
        await segment.append(sampleBytes(3000, term).slice(0, 1000), 0);
        await segment.append(sampleBytes(3000, term).slice(1000), 1000);
        expectOvertaken(writer, term, false, 'while nobody else has claimed');
        claim(next, term + 1);
        for (let read = 1; read <= term; read++) {
          expectBytes(
            `segment ${read} as term ${term + 1} finds it`,
            (await readStart(next, read, 3000))?.subarray(0, 3000),
            sampleBytes(3000, read),
          );
        }
        expectSame('segments', (await next.segments()).length, term);
        await segment.close();
        writer = next;
      }
    },
  },
];
