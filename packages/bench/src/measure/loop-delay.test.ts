import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { loopDelayDuring } from './loop-delay.ts';

it('notices how long the loop was held up', async () => {
  const delay = await loopDelayDuring(async () => {
    await sleep(20);
    const end = performance.now() + 60;
    while (performance.now() < end); // holds everybody up
    await sleep(20);
  });
  expect(delay.longest).toBeGreaterThan(50);
  expect(delay.median).toBeLessThan(delay.longest);
  expect(delay.p99).toBeLessThanOrEqual(delay.longest);
});
