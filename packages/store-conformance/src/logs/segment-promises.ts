// Segments: their numbers, their order, and that each is created once.

import { ConformanceError, expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { mustCreate, numbers, readStart, type LogPromise } from './log-subject.ts';

export const segmentPromises: readonly LogPromise[] = [
  {
    title: 'a fresh log has no segments',
    async prove({ log }) {
      expectSame('segments', await log.segments(), []);
      expectSame('read', await log.read(1, new Uint8Array(10)), undefined);
    },
  },
  {
    title: 'the log is as synchronous as declared',
    async prove({ log, options }) {
      expectSame('sync', log.sync, options.sync);
      const segment = await mustCreate(log, 1);
      expectSame('syncNow', segment.syncNow !== undefined, options.sync);
      await segment.close();
    },
  },
  {
    title: 'a synchronous log answers at once',
    needs: ['sync'],
    async prove({ log }) {
      const created = log.create(1, 1000);
      if (created === undefined || created instanceof Promise) throw new ConformanceError('create did not return a segment');
      const answers: unknown[] = [
        created.append(sampleBytes(10, 1), 0),
        created.syncNow?.(),
        log.segments(),
        log.read(1, new Uint8Array(10)),
      ];
      expectSame('promises', answers.filter((answer) => answer instanceof Promise).length, 0);
      await created.close();
    },
  },
  {
    title: 'segments are listed in the order of their numbers',
    async prove({ log }) {
      const wanted = [10, 9, 2, 100_000, 1, 4_294_967_296, 11];
      for (const number of wanted) {
        const segment = await mustCreate(log, number);
        await segment.append(sampleBytes(100, number), 0);
        await segment.close();
      }
      expectSame(
        'segments',
        await numbers(log),
        [...wanted].sort((a, b) => a - b),
      );
      for (const { number, size } of await log.segments()) expectSame(`size of ${number} holds what was written`, size >= 100, true);
    },
  },
  {
    title: 'a number that is taken is refused, and its segment left alone',
    async prove({ log }) {
      const segment = await mustCreate(log, 7);
      await segment.append(sampleBytes(500, 1), 0);
      expectSame('while it is written', await log.create(7, 1000), undefined);
      await segment.append(sampleBytes(500, 2), 500);
      await segment.close();
      expectSame('after it is closed', await log.create(7, 1000), undefined);
      const read = await readStart(log, 7, 1000);
      expectBytes('first half', read?.subarray(0, 500), sampleBytes(500, 1));
      expectBytes('second half', read?.subarray(500), sampleBytes(500, 2));
    },
  },
  {
    title: 'one of many who create a segment at once gets it',
    async prove({ log }) {
      const created = await Promise.all(Array.from({ length: 10 }, async () => log.create(3, 1000)));
      expectSame('winners', created.filter((segment) => segment !== undefined).length, 1);
      for (const segment of created) await segment?.close();
    },
  },
  {
    title: 'one of several handles gets a segment',
    needs: ['reopen'],
    async prove({ log, reopen }) {
      const logs = [log, await reopen(), await reopen()];
      for (let number = 1; number <= 5; number++) {
        const created = await Promise.all(Array.from({ length: 9 }, async (_, i) => logs[i % 3].create(number, 1000)));
        expectSame(`winners of segment ${number}`, created.filter((segment) => segment !== undefined).length, 1);
        for (const segment of created) await segment?.close();
      }
      for (const each of logs) expectSame('segments', await numbers(each), [1, 2, 3, 4, 5]);
    },
  },
];
