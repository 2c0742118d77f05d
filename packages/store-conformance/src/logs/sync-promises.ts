// Syncs: what was appended before one was called survives a power cut once it is done.

import type { LogStore } from '@varve/core';
import { expectBytes, expectSame, expectStorageError } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { mustCreate, numbers, readStart, type LogPromise } from './log-subject.ts';

const BYTES = sampleBytes(10_000, 1);

async function expectStart(what: string, log: LogStore, length: number): Promise<void> {
  expectBytes(what, (await readStart(log, 1, length))?.subarray(0, length), BYTES.subarray(0, length));
}

export const syncPromises: readonly LogPromise[] = [
  {
    title: 'sync is fulfilled, with nothing to sync, several at once, and again',
    async prove({ log }) {
      const segment = await mustCreate(log, 1);
      await segment.sync();
      await segment.append(BYTES.slice(0, 5000), 0);
      await Promise.all([segment.sync(), segment.sync(), segment.sync()]);
      await segment.sync();
      await segment.append(BYTES.slice(5000), 5000);
      const pending = segment.sync();
      await segment.close();
      await pending;
      await expectStart('segment', log, 10_000);
    },
  },
  {
    title: 'appends go on while syncs are under way',
    async prove({ log }) {
      const segment = await mustCreate(log, 1);
      const syncs: Promise<void>[] = [];
      for (let position = 0; position < 10_000; position += 100) {
        await segment.append(BYTES.slice(position, position + 100), position);
        if (position % 300 === 0) syncs.push(segment.sync());
      }
      await Promise.all(syncs);
      await segment.close();
      await expectStart('segment', log, 10_000);
    },
  },
  {
    title: 'what was appended before sync was called survives a power cut',
    needs: ['powerCut'],
    async prove({ log, powerCut }) {
      const segment = await mustCreate(log, 1);
      await segment.append(BYTES.slice(0, 4000), 0);
      await segment.sync();
      await expectStart('after the first sync', await powerCut(), 4000);
      await segment.append(BYTES.slice(4000, 8000), 4000);
      await segment.sync();
      await expectStart('after the second sync', await powerCut(), 8000);
      await segment.close();
    },
  },
  {
    title: 'each of several syncs covers all that was appended before it',
    needs: ['powerCut'],
    async prove({ log, powerCut }) {
      const segment = await mustCreate(log, 1);
      const covered: Promise<void>[] = [];
      for (let end = 1000; end <= 5000; end += 1000) {
        await segment.append(BYTES.slice(end - 1000, end), end - 1000);
        covered.push(segment.sync().then(async () => expectStart(`sync at ${end}`, await powerCut(), end)));
      }
      await Promise.all(covered);
      await segment.close();
    },
  },
  {
    title: 'syncNow covers all that was appended, when it returns',
    needs: ['powerCut', 'sync'],
    async prove({ log, powerCut }) {
      const segment = await mustCreate(log, 1);
      await segment.append(BYTES.slice(0, 4000), 0);
      const pending = segment.sync();
      await segment.append(BYTES.slice(4000, 8000), 4000);
      segment.syncNow?.();
      const after = powerCut();
      await pending;
      await expectStart('after syncNow', await after, 8000);
      await segment.close();
    },
  },
  {
    title: 'makeDurable makes segments that another has left survive a power cut',
    needs: ['powerCut', 'reopen'],
    async prove({ log, reopen, powerCut }) {
      for (const number of [1, 2]) {
        const segment = await mustCreate(log, number);
        await segment.append(BYTES.slice(0, 4000), 0);
        await segment.close();
      }
      const successor = await reopen();
      await successor.makeDurable([1, 2]);
      const after = await powerCut();
      expectSame('segments', await numbers(after), [1, 2]);
      await expectStart('segment', after, 4000);
    },
  },
  {
    title: 'makeDurable leaves segments as they are, and misses those that are missing',
    async prove({ log }) {
      const segment = await mustCreate(log, 1);
      await segment.append(BYTES.slice(0, 4000), 0);
      await log.makeDurable([]);
      await log.makeDurable([1]);
      await segment.append(BYTES.slice(4000, 8000), 4000);
      await segment.close();
      await log.makeDurable([1]);
      await expectStart('segment', log, 8000);
      await expectStorageError('a missing segment', 'CORRUPTION', async () => log.makeDurable([1, 2]));
    },
  },
  {
    title: 'makeDurableNow of a synchronous log has done the same when it returns',
    needs: ['powerCut', 'reopen'],
    async prove({ log, reopen, powerCut }) {
      if (!log.sync) return;
      const segment = await mustCreate(log, 1);
      await segment.append(BYTES.slice(0, 4000), 0);
      await segment.close();
      const successor = await reopen();
      expectSame('makeDurableNow', typeof successor.makeDurableNow, 'function');
      successor.makeDurableNow?.([1]);
      const cut = powerCut();
      await expectStart('segment', await cut, 4000);
      await expectStorageError('a missing segment', 'CORRUPTION', async () => successor.makeDurableNow?.([1, 2]));
    },
  },
  {
    title: 'a segment that was made durable before anything was written to it is there after a power cut',
    needs: ['powerCut'],
    async prove({ log, powerCut }) {
      const segment = await mustCreate(log, 1);
      await log.makeDurable([1]);
      await segment.append(BYTES.slice(0, 4000), 0);
      const after = await powerCut();
      expectSame('segments', await numbers(after), [1]);
      await segment.close();
    },
  },
  {
    title: 'closing does not lose what was synced',
    needs: ['powerCut'],
    async prove({ log, powerCut }) {
      const segment = await mustCreate(log, 1);
      await segment.append(BYTES.slice(0, 4000), 0);
      await segment.sync();
      await segment.close();
      const after = await powerCut();
      expectSame('segments', await numbers(after), [1]);
      await expectStart('segment', after, 4000);
    },
  },
];
