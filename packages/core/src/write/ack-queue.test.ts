// Acknowledgements leave in the order of the writes, however long the queue is never empty.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { AckQueue, type Ack } from './ack-queue.ts';

const SEED = 20261121;
const nothing = (): void => undefined;
const ack = (epochLow: number): Ack => ({ end: epochLow * 10, durability: 'synced', epochLow, resolve: nothing, reject: nothing });

describe('the queue of acknowledgements', () => {
  it('is empty at first', () => {
    const queue = new AckQueue();
    expect([queue.isEmpty, queue.first, queue.pendingEpochs()]).toEqual([true, undefined, []]);
  });

  it('gives back what came first, and shows it before', () => {
    const queue = new AckQueue();
    const [first, second] = [ack(1), ack(2)];
    queue.push(first);
    queue.push(second);
    expect(queue.first).toBe(first);
    expect(queue.shift()).toBe(first);
    expect(queue.isEmpty).toBe(false);
    expect(queue.shift()).toBe(second);
    expect([queue.isEmpty, queue.first]).toEqual([true, undefined]);
  });

  it('goes on after it was empty', () => {
    const queue = new AckQueue();
    queue.push(ack(1));
    queue.shift();
    queue.push(ack(2));
    expect(queue.pendingEpochs()).toEqual([2]);
    expect(queue.shift().epochLow).toBe(2);
  });

  it('keeps its order over any sequence of calls, also where it is never empty', () => {
    const random = seededRandom(SEED);
    const queue = new AckQueue();
    const model: number[] = [];
    let next = 1;
    let longest = 0;
    const wrong: number[] = [];
    for (let step = 0; step < 20_000; step++) {
      // It grows to thousands, shrinks to a few, and is emptied now and then.
      const floor = step % 5000 === 4999 ? 0 : 3;
      const pushes = model.length <= floor || random.uint32() % 100 < (step % 4000 < 2000 ? 70 : 35);
      const served = pushes ? undefined : queue.shift().epochLow;
      const expected = pushes ? undefined : model.shift();
      if (pushes) queue.push(ack(next));
      if (pushes) model.push(next++);
      longest = Math.max(longest, model.length);
      const agrees = served === expected && queue.first?.epochLow === model[0] && queue.isEmpty === (model.length === 0);
      if (!agrees || (step % 100 === 0 && queue.pendingEpochs().join() !== model.join())) wrong.push(step);
    }
    expect(wrong, `seed=${SEED}`).toEqual([]);
    expect(longest).toBeGreaterThan(700);
  });
});
