// One at a time, whoever drives.

import { describe, expect, it } from 'vitest';
import { same, type Job } from './job.ts';
import { Mutex } from './mutex.ts';
import { Scheduler } from './scheduler.ts';
import { hostTurns } from './turn.ts';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('a passage for one', () => {
  it('lets the next in when the last has left, also after a failure', async () => {
    const scheduler = new Scheduler(hostTurns);
    const mutex = new Mutex(scheduler);
    const notes: string[] = [];
    function* passing(name: string): Job<void> {
      yield* mutex.exclusively(function* () {
        notes.push(`${name} in`);
        yield* same(() => turn());
        notes.push(`${name} out`);
        if (name === 'b') throw new Error('no');
      });
    }
    const tasks = ['a', 'b', 'c'].map((name) => scheduler.add(passing(name), 0));
    await scheduler.idle();
    // Who comes next is the scheduler's to say.
    const passages = [0, 2, 4].map((i) => notes.slice(i, i + 2).join(', ')).sort();
    expect(passages).toEqual(['a in, a out', 'b in, b out', 'c in, c out']);
    expect(tasks.map(({ failure }) => failure !== undefined)).toEqual([false, true, false]);
  });

  it('that is taken is driven free by a driver who wants in', async () => {
    const scheduler = new Scheduler(hostTurns);
    const mutex = new Mutex(scheduler);
    const notes: string[] = [];
    function* passing(name: string): Job<void> {
      yield* mutex.exclusively(function* () {
        notes.push(`${name} in`);
        yield { later: () => new Promise(() => undefined), now: () => notes.push(`${name} driven`) };
      });
    }
    scheduler.add(passing('slow'), 1);
    while (notes.length === 0) await turn();
    expect(notes).toEqual(['slow in']);
    const urgent = scheduler.add(passing('urgent'), 0);
    scheduler.driveUntil(() => urgent.ended);
    expect(notes).toEqual(['slow in', 'slow driven', 'urgent in', 'urgent driven']);
    expect(urgent.failure).toBeUndefined();
  });
});
