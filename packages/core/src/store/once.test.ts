// Done once, by whoever comes first, and where requests are cut off by whoever comes while it is not done.

import { expect, it } from 'vitest';
import { once } from './once.ts';

function setUp() {
  let [calls, fails] = [0, 0];
  const work = once(async () => {
    calls++;
    await Promise.resolve();
    if (fails-- > 0) throw new Error('not yet');
  });
  return { work, calls: () => calls, fail: (times: number) => (fails = times) };
}

it('many who come at once share it, and nobody does it again', async () => {
  const { work, calls } = setUp();
  await Promise.all([work(), work(), work()]);
  await work();
  expect(calls()).toBe(1);
});

it('what failed is tried again by whoever comes next', async () => {
  const { work, calls, fail } = setUp();
  fail(1);
  await expect(work()).rejects.toThrow('not yet');
  await work();
  await work();
  expect(calls()).toBe(2);
});

it('nobody waits for a request that was cut off', async () => {
  let calls = 0;
  const work = once(() => (++calls === 1 ? new Promise(() => undefined) : Promise.resolve()), true);
  void work();
  await work();
  await work();
  expect(calls).toBe(2);
});
