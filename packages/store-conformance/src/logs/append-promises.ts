// Appends: bytes at their position, from any memory, visible to readers at once.

import { expectBytes, expectSame } from '../check.ts';
import { inLinearMemory, sampleBytes } from '../sample-bytes.ts';
import { mustCreate, readStart, type LogPromise } from './log-subject.ts';

export const appendPromises: readonly LogPromise[] = [
  {
    title: 'appended bytes are read back at their positions',
    async prove({ log }) {
      const segment = await mustCreate(log, 1);
      const bytes = sampleBytes(50_000, 1);
      let position = 0;
      for (let length = 1; position < bytes.length; length = (length * 3) % 8191) {
        const piece = bytes.slice(position, position + length);
        await segment.append(piece, position);
        position += piece.length;
      }
      expectBytes('while it is written', (await readStart(log, 1, bytes.length))?.subarray(0, bytes.length), bytes);
      await segment.close();
      expectBytes('after it is closed', (await readStart(log, 1, bytes.length))?.subarray(0, bytes.length), bytes);
    },
  },
  {
    title: 'the last append may be repeated',
    async prove({ log }) {
      const segment = await mustCreate(log, 1);
      const bytes = sampleBytes(3000, 1);
      for (let position = 0; position < 3000; position += 1000) {
        await segment.append(bytes.slice(position, position + 1000), position);
        await segment.append(bytes.slice(position, position + 1000), position);
      }
      await segment.close();
      expectBytes('segment', await readStart(log, 1, 3000), bytes);
    },
  },
  {
    title: 'a segment may outgrow the size that was announced',
    async prove({ log }) {
      const segment = await mustCreate(log, 1, 1000);
      await segment.append(sampleBytes(900, 1), 0);
      await segment.append(sampleBytes(200_000, 2), 900);
      await segment.close();
      expectBytes('segment', (await readStart(log, 1, 200_900))?.subarray(900), sampleBytes(200_000, 2));
    },
  },
  {
    title: 'bytes that were appended may change afterwards',
    async prove({ log }) {
      const segment = await mustCreate(log, 1);
      const bytes = sampleBytes(1000, 1);
      await segment.append(bytes, 0);
      bytes.fill(0xff);
      await segment.sync();
      await segment.close();
      expectBytes('segment', await readStart(log, 1, 1000), sampleBytes(1000, 1));
    },
  },
  {
    title: 'bytes may lie in WebAssembly memory, which may grow meanwhile',
    async prove({ log }) {
      const segment = await mustCreate(log, 1);
      const { memory, view } = inLinearMemory(sampleBytes(60_000, 1));
      const pending = segment.append(view, 0);
      memory.grow(64);
      await pending;
      await segment.close();
      expectBytes('segment', await readStart(log, 1, 60_000), sampleBytes(60_000, 1));
    },
  },
  {
    title: 'two segments are written at once',
    async prove({ log }) {
      const [one, two] = [await mustCreate(log, 1), await mustCreate(log, 2)];
      for (let position = 0; position < 5000; position += 1000) {
        await one.append(sampleBytes(5000, 1).slice(position, position + 1000), position);
        await two.append(sampleBytes(5000, 2).slice(position, position + 1000), position);
      }
      await one.close();
      await two.close();
      expectBytes('first', await readStart(log, 1, 5000), sampleBytes(5000, 1));
      expectBytes('second', await readStart(log, 2, 5000), sampleBytes(5000, 2));
    },
  },
  {
    title: 'a segment may be closed twice, and keeps its bytes',
    async prove({ log, options, reopen }) {
      const segment = await mustCreate(log, 1);
      await segment.append(sampleBytes(100, 1), 0);
      await segment.close();
      await segment.close();
      expectBytes('same handle', (await readStart(log, 1, 100))?.subarray(0, 100), sampleBytes(100, 1));
      if (options.reopen) expectBytes('other handle', (await readStart(await reopen(), 1, 100))?.subarray(0, 100), sampleBytes(100, 1));
    },
  },
  {
    title: 'read fills at most the buffer and tells how much',
    async prove({ log }) {
      const segment = await mustCreate(log, 1);
      await segment.append(sampleBytes(1000, 1), 0);
      await segment.close();
      const small = new Uint8Array(300).fill(0xee);
      expectSame('bytes read into a small buffer', await log.read(1, small.subarray(100, 200)), 100);
      const expected = new Uint8Array(300).fill(0xee);
      expected.set(sampleBytes(1000, 1).subarray(0, 100), 100);
      expectBytes('small buffer', small, expected);
      const size = (await log.segments())[0].size;
      expectSame('bytes read into a large buffer', await log.read(1, new Uint8Array(size + 5000)), size);
      expectSame('another segment', await log.read(2, new Uint8Array(10)), undefined);
    },
  },
];
