// Power cuts: what was acknowledged is there afterwards; what was not finished is not there at all.

import { expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { throughHalves } from './object-subject.ts';

export const durabilityPromises = throughHalves([
  {
    title: 'acknowledged objects survive a power cut, unfinished ones leave nothing',
    needs: ['powerCut'],
    async prove(operations, subject, half) {
      await operations.put('a', sampleBytes(100, 1));
      await operations.putIfAbsent('b', sampleBytes(100, 2));
      const finished = await operations.createObject('c', 100);
      await finished.append(sampleBytes(100, 3), 0);
      await finished.finish();
      const unfinished = await operations.createObject('d', 100);
      await unfinished.append(sampleBytes(100, 4), 0);
      const after = half(await subject.powerCut());
      expectSame(
        'list',
        (await after.list('')).map(({ name }) => name),
        ['a', 'b', 'c'],
      );
      for (const [i, name] of ['a', 'b', 'c'].entries()) expectBytes(name, await after.get(name), sampleBytes(100, i + 1));
      await unfinished.abort();
    },
  },
  {
    title: 'objects are there for the next handle',
    needs: ['reopen'],
    async prove(operations, subject, half) {
      await operations.put('sst/1', sampleBytes(1000, 1));
      await subject.store.close?.();
      const next = half(await subject.reopen());
      expectBytes('object', await next.get('sst/1'), sampleBytes(1000, 1));
    },
  },
]);
