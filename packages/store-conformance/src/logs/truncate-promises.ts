// Truncation: exactly the segments below a number go; whatever becomes of their storage, new segments read as written.

import { expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { mustCreate, numbers, readStart, type LogPromise, type LogSubject } from './log-subject.ts';

async function fill({ log }: LogSubject, from: number, to: number, length = 10_000): Promise<void> {
  for (let number = from; number <= to; number++) {
    const segment = await mustCreate(log, number);
    await segment.append(sampleBytes(length, number), 0);
    await segment.sync();
    await segment.close();
  }
}

export const truncatePromises: readonly LogPromise[] = [
  {
    title: 'truncate removes the segments below the number, and no others',
    async prove(subject) {
      const { log } = subject;
      await fill(subject, 1, 6);
      await log.truncate(4);
      expectSame('segments', await numbers(log), [4, 5, 6]);
      expectSame('read', await log.read(3, new Uint8Array(10)), undefined);
      for (const number of [4, 5, 6]) {
        expectBytes(`segment ${number}`, (await readStart(log, number, 10_000))?.subarray(0, 10_000), sampleBytes(10_000, number));
      }
    },
  },
  {
    title: 'truncate may be repeated, and may find nothing',
    async prove(subject) {
      const { log } = subject;
      await log.truncate(10);
      await fill(subject, 1, 3);
      await log.truncate(0);
      await log.truncate(1);
      expectSame('nothing below', await numbers(log), [1, 2, 3]);
      await log.truncate(3);
      await log.truncate(3);
      expectSame('twice', await numbers(log), [3]);
      await log.truncate(100);
      expectSame('all', await numbers(log), []);
    },
  },
  {
    title: 'segments created after a truncation read as written',
    async prove(subject) {
      const { log } = subject;
      await fill(subject, 1, 4);
      for (let number = 5; number < 12; number++) {
        await log.truncate(number - 1);
        await fill(subject, number, number, 3000);
        expectSame('segments', await numbers(log), [number - 1, number]);
        expectBytes(`segment ${number}`, (await readStart(log, number, 3000))?.subarray(0, 3000), sampleBytes(3000, number));
      }
    },
  },
  {
    title: 'a segment whose storage is used again disturbs no other',
    async prove(subject) {
      const { log } = subject;
      await fill(subject, 1, 3);
      const open = await mustCreate(log, 4);
      await open.append(sampleBytes(10_000, 4), 0);
      await log.truncate(3);
      await fill(subject, 5, 7);
      await open.append(sampleBytes(10_000, 44), 10_000);
      await open.close();
      expectSame('segments', await numbers(log), [3, 4, 5, 6, 7]);
      expectBytes('segment 3', await readStart(log, 3, 10_000), sampleBytes(10_000, 3));
      expectBytes('segment 4', (await readStart(log, 4, 20_000))?.subarray(10_000, 20_000), sampleBytes(10_000, 44));
      for (const number of [5, 6, 7]) expectBytes(`segment ${number}`, await readStart(log, number, 10_000), sampleBytes(10_000, number));
    },
  },
  {
    title: 'another handle sees the truncation',
    needs: ['reopen'],
    async prove(subject) {
      await fill(subject, 1, 5);
      const other = await subject.reopen();
      await subject.log.truncate(5);
      expectSame('segments', await numbers(other), [5]);
      expectBytes('segment 5', await readStart(other, 5, 10_000), sampleBytes(10_000, 5));
    },
  },
  {
    title: 'a log may be closed twice, and its segments are there for the next handle',
    needs: ['reopen'],
    async prove(subject) {
      await fill(subject, 1, 2);
      await subject.log.close();
      await subject.log.close();
      const next = await subject.reopen();
      expectSame('segments', await numbers(next), [1, 2]);
      expectSame('a taken number', await next.create(2, 1000), undefined);
      expectBytes('segment 2', await readStart(next, 2, 10_000), sampleBytes(10_000, 2));
    },
  },
];
