// Create-if-absent: the one primitive on which the engine's safety rests. It has exactly one winner.

import type { AsyncOperations } from '@varve/core';
import { ConformanceError, expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { syncHalf, throughHalves, type ObjectPromise } from './object-subject.ts';

const CREATORS = 24;
const RACES = 5;
const LARGE = 300_000;

/** Lets many creators at one name, with different bytes of equal length, and returns the bytes of the winner. */
async function race(name: string, creators: readonly AsyncOperations[], length: number): Promise<Uint8Array> {
  const attempts = creators.map(async (creator, i) => (await creator.putIfAbsent(name, sampleBytes(length, i))) && i);
  const winners = (await Promise.all(attempts)).filter((winner) => winner !== false);
  if (winners.length !== 1) throw new ConformanceError(`${name} has ${winners.length} winners among ${creators.length} creators`);
  return sampleBytes(length, winners[0]);
}

function times(count: number, operations: AsyncOperations): AsyncOperations[] {
  return Array.from({ length: count }, () => operations);
}

export const createPromises: readonly ObjectPromise[] = [
  ...throughHalves([
    {
      title: 'putIfAbsent creates an object where there is none',
      async prove(operations) {
        expectSame('answer', await operations.putIfAbsent('manifest/1', sampleBytes(100, 1)), true);
        expectBytes('object', await operations.get('manifest/1'), sampleBytes(100, 1));
      },
    },
    {
      title: 'putIfAbsent answers false where an object is, and leaves it alone',
      async prove(operations) {
        await operations.putIfAbsent('created', sampleBytes(100, 1));
        await operations.put('put', sampleBytes(100, 1));
        const writer = await operations.createObject('written', 100);
        await writer.append(sampleBytes(100, 1), 0);
        await writer.finish();
        for (const name of ['created', 'put', 'written']) {
          expectSame(`answer for ${name}`, await operations.putIfAbsent(name, sampleBytes(50, 2)), false);
          expectBytes(name, await operations.get(name), sampleBytes(100, 1));
        }
      },
    },
    {
      title: 'one of many concurrent creators wins',
      async prove(operations) {
        for (let i = 0; i < RACES; i++) {
          const winner = await race(`manifest/${i}`, times(CREATORS, operations), 64);
          expectBytes('object', await operations.get(`manifest/${i}`), winner);
        }
      },
    },
    {
      title: 'the winner of large creations is whole',
      async prove(operations) {
        const winner = await race('manifest/large', times(6, operations), LARGE);
        expectBytes('object', await operations.get('manifest/large'), winner);
      },
    },
    {
      title: 'a lost race leaves nothing behind',
      async prove(operations) {
        await race('manifest/1', times(CREATORS, operations), 64);
        expectSame('objects', await operations.list(''), [{ name: 'manifest/1', size: 64 }]);
      },
    },
    {
      title: 'one of many creators on several handles wins',
      needs: ['reopen'],
      async prove(operations, subject, half) {
        const others = [half(await subject.reopen()), half(await subject.reopen())];
        for (let i = 0; i < RACES; i++) {
          const creators = Array.from({ length: CREATORS }, (_, c) => [operations, ...others][c % 3]);
          const winner = await race(`manifest/${i}`, creators, 64);
          for (const reader of [operations, ...others]) expectBytes('object', await reader.get(`manifest/${i}`), winner);
        }
      },
    },
    {
      title: 'a name that was deleted is free',
      async prove(operations) {
        await operations.put('probe', sampleBytes(10, 1));
        await operations.delete(['probe']);
        expectSame('answer', await operations.putIfAbsent('probe', sampleBytes(10, 2)), true);
      },
    },
  ]),
  {
    title: 'one creator wins when a synchronous one overtakes asynchronous ones',
    needs: ['sync'],
    async prove({ store }) {
      for (let i = 0; i < RACES; i++) {
        const late = async (): Promise<boolean> => syncHalf(store).putIfAbsent(`manifest/${i}`, sampleBytes(64, CREATORS));
        const attempts = Array.from({ length: CREATORS }, (_, c) => store.putIfAbsent(`manifest/${i}`, sampleBytes(64, c)));
        const answers = await Promise.all([...attempts, late()]);
        expectSame('winners', answers.filter(Boolean).length, 1);
        expectBytes('object', await store.get(`manifest/${i}`), sampleBytes(64, answers.indexOf(true)));
      }
    },
  },
];
