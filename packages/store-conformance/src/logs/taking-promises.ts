// Segments that are taken from whoever writes them (docs/PROTOCOL.md, rules 2 and 4). Then nobody looks for a newer manifest after an append, and a wrong answer
// is an acknowledged write that the next writer does not find, or a writer that believes itself overtaken.

import type { LogSegment, LogStore, SegmentInfo } from '@varve/core';
import { ConformanceError, expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { mustCreate, readStart, type LogPromise } from './log-subject.ts';

const nothing = (): void => undefined;

async function take(
  log: LogStore,
  from = 0,
  check: () => unknown = nothing,
  seen?: readonly SegmentInfo[],
): Promise<readonly SegmentInfo[]> {
  if (log.takeSegments === undefined) throw new ConformanceError('this log has no takeSegments');
  return log.takeSegments(from, check, seen);
}

async function expectTaken(segment: LogSegment, expected: boolean, when: string): Promise<void> {
  if (segment.isTaken === undefined) throw new ConformanceError('this segment has no isTaken');
  expectSame(`the segment is taken ${when}`, await segment.isTaken(), expected);
}

export const takingPromises: readonly LogPromise[] = [
  {
    title: 'segments can be taken as declared, and then tell so',
    async prove({ log, options: { takes = false } }) {
      expectSame('takeSegments', log.takeSegments !== undefined, takes);
      expectSame('isTaken', (await mustCreate(log, 1)).isTaken !== undefined, takes);
    },
  },
  {
    title: 'nothing is taken while nobody takes it',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      await take(log);
      const segment = await mustCreate(log, 1);
      await expectTaken(segment, false, 'when it was just begun');
      await segment.append(sampleBytes(100, 1), 0);
      const other = await reopen();
      await other.segments();
      await readStart(other, 1, 100);
      await expectTaken(segment, false, 'when somebody has read it');
      const next = await mustCreate(log, 2);
      await expectTaken(next, false, 'when it follows another');
      await log.truncate(2);
      await expectTaken(next, false, 'when those before it are truncated');
      await expectTaken(await mustCreate(log, 3), false, 'when it follows that');
    },
  },
  {
    title: 'segments are taken from a number on, from every handle, and stay taken',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      const other = await reopen();
      const [first, second] = [await mustCreate(log, 1), await mustCreate(log, 2)];
      const third = await mustCreate(other, 3);
      await take(await reopen(), 2);
      await expectTaken(first, false, 'below the number');
      await expectTaken(second, true, 'at the number');
      await expectTaken(third, true, 'above it, though another handle has begun it');
      await take(await reopen(), 2);
      await expectTaken(second, true, 'when it was taken twice');
      await second.close();
      await expectTaken(second, true, 'when it is closed');
    },
  },
  {
    title: 'whoever has taken segments goes on in its own',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      const before = await mustCreate(log, 1);
      await before.append(sampleBytes(100, 1), 0);
      const next = await reopen();
      await take(next);
      const own = await mustCreate(next, 2);
      await own.append(sampleBytes(100, 2), 0);
      await before.append(sampleBytes(100, 3), 100);
      await expectTaken(before, true, 'from who was there before');
      await expectTaken(own, false, 'that was begun afterwards');
      await expectTaken(await mustCreate(next, 3), false, 'that follows it');
    },
  },
  {
    title: 'who takes segments reads all that was appended before somebody was told that they were not taken',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      const segment = await mustCreate(log, 1);
      await segment.append(sampleBytes(3000, 1).slice(0, 1000), 0);
      const next = await reopen();
      await take(next, 0, async () => {
        await segment.append(sampleBytes(3000, 1).slice(1000), 1000);
        await expectTaken(segment, false, 'before it was');
      });
      await expectTaken(segment, true, 'when it was');
      expectBytes('the segment', (await readStart(next, 1, 3000))!, sampleBytes(3000, 1));
    },
  },
  {
    title: 'a segment that is begun while others are taken is taken as well',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      await mustCreate(log, 1);
      const late: LogSegment[] = [];
      await take(await reopen(), 0, async () => {
        if (late.length === 0) late.push(await mustCreate(log, 2));
      });
      await expectTaken(late[0]!, true, 'though it was begun when the others had been found');
    },
  },
  {
    title: 'a truncated segment is taken, also when its number is used again',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      const segment = await mustCreate(log, 1);
      const other = await reopen();
      await other.truncate(2);
      await expectTaken(segment, true, 'when it is gone');
      await mustCreate(other, 1);
      await expectTaken(segment, true, 'when another one has its number');
    },
  },
  {
    title: 'nothing is taken where the check says no, and nothing of who came between',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      const [late, winner] = [await reopen(), await reopen()];
      const segment = await mustCreate(log, 1);
      const refused = new Error('somebody else has it');
      let own: LogSegment | undefined;
      const check = async (): Promise<void> => {
        own = await mustCreate(winner, 2);
        throw refused;
      };
      expectSame('the failure', await take(late, 0, check).catch((error: unknown) => error), refused);
      await expectTaken(segment, false, 'though the check has failed');
      await expectTaken(own!, false, 'though it was begun during a check that failed');
      let checks = 0;
      await take(late, 0, async () => {
        if (checks++ > 0) throw refused;
        own = await mustCreate(winner, 3);
      }).catch(() => undefined);
      await expectTaken(own!, false, 'though it was begun after the others were found');
    },
  },
  {
    title: 'segments that were seen before are taken without a check, others that came since are not',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      const refused = new Error('somebody else has it');
      const refuse = (): void => {
        throw refused;
      };
      const [low, first] = [await mustCreate(log, 1), await mustCreate(log, 2)];
      const next = await reopen();
      const seen = await next.segments();
      await take(next, 2, refuse, seen);
      await expectTaken(low, false, 'below the number, though it was seen');
      await expectTaken(first, true, 'that was seen before');
      const other = await reopen();
      const before = await other.segments();
      const second = await mustCreate(log, 3);
      expectSame('the failure', await take(other, 0, refuse, before).catch((error: unknown) => error), refused);
      await expectTaken(second, false, 'that has come since, though the check has failed');
      await take(other, 0, nothing, before);
      await expectTaken(second, true, 'that has come since, when the check allows it');
    },
  },
  {
    title: 'who takes segments is told which there are then',
    needs: ['takes', 'reopen'],
    async prove({ log, reopen }) {
      const segment = await mustCreate(log, 1);
      await segment.append(sampleBytes(100, 1), 0);
      const next = await reopen();
      const seen = await next.segments();
      await segment.append(sampleBytes(50, 2), 100);
      const late = await mustCreate(log, 2);
      await late.append(sampleBytes(10, 3), 0);
      const told = await take(next, 2, nothing, seen);
      expectSame('segments', JSON.stringify(told), JSON.stringify(await (await reopen()).segments()));
      expectBytes('the end of the first one', (await readStart(next, 1, 150))!.subarray(100), sampleBytes(50, 2));
      expectBytes('the one that came since', (await readStart(next, 2, 10))!, sampleBytes(10, 3));
    },
  },
];
