// Jobs as steps: driven in slices, driven to the end, overtaken in the middle, cancelled.

import { describe, expect, it } from 'vitest';
import { io, runJob, same, settle, type Job, type Step } from './job.ts';
import { Scheduler } from './scheduler.ts';
import { hostTurns } from './turn.ts';

/** A step that notes what happens to it; its asynchronous half ends when `release` is called. */
function slowStep(notes: string[], name: string): { step: Step; release: () => void } {
  let release = (): void => undefined;
  const step: Step = {
    later: () => {
      notes.push(`${name} begun`);
      return new Promise((resolve) => (release = () => resolve(`${name} later`)));
    },
    now: () => {
      notes.push(`${name} now`);
      return `${name} now`;
    },
  };
  return { step, release: () => release() };
}

function* counting(notes: string[], name: string, slices: number): Job<string> {
  for (let i = 1; i <= slices; i++) {
    notes.push(`${name}${i}`);
    yield;
  }
  return name;
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

describe('a scheduler', () => {
  it.each([
    ['in part', (scheduler: Scheduler) => scheduler.run(1, true)],
    ['until something is reached', (scheduler: Scheduler, notes: string[]) => scheduler.driveUntil(() => notes.includes('a now'))],
  ])('goes on by itself with a task that was driven out of a wait, %s', async (_, drive) => {
    const scheduler = new Scheduler(hostTurns);
    const notes: string[] = [];
    const slow = slowStep(notes, 'a');
    const task = scheduler.add(
      (function* (): Job<string> {
        const answer = (yield slow.step) as string;
        yield;
        return answer;
      })(),
      0,
    );
    await until(() => notes.includes('a begun'));
    drive(scheduler, notes);
    expect(task.ended).toBe(false);
    slow.release();
    expect(await task.done).toBe('a now');
    await scheduler.idle();
  });

  it('runs the most urgent task first, a few breaths a turn', async () => {
    const scheduler = new Scheduler(hostTurns);
    const notes: string[] = [];
    scheduler.add(counting(notes, 'c', 2), 2);
    const urgent = scheduler.add(counting(notes, 'u', 3), 0);
    expect(scheduler.busy).toBe(true);
    expect(await urgent.done).toBe('u');
    await scheduler.idle();
    expect(notes).toEqual(['u1', 'u2', 'u3', 'c1', 'c2']);
    expect([scheduler.busy, urgent.ended]).toEqual([false, true]);
  });

  it('goes on with another task while one waits', async () => {
    const scheduler = new Scheduler(hostTurns);
    const notes: string[] = [];
    const slow = slowStep(notes, 'slow');
    const waiting = scheduler.add(
      (function* (): Job<unknown> {
        return yield slow.step;
      })(),
      0,
    );
    await scheduler.add(counting(notes, 'c', 1), 1).done;
    expect(notes).toEqual(['slow begun', 'c1']);
    slow.release();
    expect(await waiting.done).toBe('slow later');
  });

  it('that is driven does again what is under way, and ignores the late answer', async () => {
    const scheduler = new Scheduler(hostTurns);
    const notes: string[] = [];
    const slow = slowStep(notes, 'slow');
    const answers: unknown[] = [];
    const task = scheduler.add(
      (function* (): Job<void> {
        answers.push(yield slow.step);
        yield;
        answers.push(yield* same(() => 'same'));
      })(),
      0,
    );
    await until(() => notes.length > 0);
    scheduler.driveUntil(() => task.ended);
    slow.release();
    await turn();
    expect(notes).toEqual(['slow begun', 'slow now']);
    expect(answers).toEqual(['slow now', 'same']);
  });

  it('that is driven says when the work ends before its goal', () => {
    const scheduler = new Scheduler(hostTurns);
    scheduler.add(counting([], 'c', 2), 0);
    expect(() => scheduler.driveUntil(() => false)).toThrow('nothing left to drive');
  });

  it('throws the failure of a step into the job, which may go on', async () => {
    const scheduler = new Scheduler(hostTurns);
    const fails = new Error('no');
    const task = scheduler.add(
      (function* (): Job<string> {
        try {
          yield* same<void>(() => {
            throw fails;
          });
        } catch (error) {
          yield;
          return `caught ${String(error === fails)}`;
        }
        return 'not reached';
      })(),
      0,
    );
    expect(await task.done).toBe('caught true');
  });

  it('keeps the failure of a task, and nobody has to listen to it', async () => {
    const scheduler = new Scheduler(hostTurns);
    const fails = new Error('no');
    const task = scheduler.add(
      // eslint-disable-next-line require-yield -- A job that fails at once.
      (function* (): Job<void> {
        throw fails;
      })(),
      0,
    );
    await scheduler.idle();
    expect([task.ended, task.failure]).toEqual([true, fails]);
    await expect(task.done).rejects.toBe(fails);
  });

  it('that is stopped tells every task once, and waits for their clean-up', async () => {
    const scheduler = new Scheduler(hostTurns);
    const notes: string[] = [];
    const reason = new Error('the end');
    let begun = 0;
    function* careful(name: string): Job<void> {
      try {
        begun++;
        for (;;) yield* same(() => turn());
      } catch (error) {
        notes.push(`${name} told ${String(error === reason)}`);
        yield* same(() => turn());
        notes.push(`${name} cleaned up`);
        throw error;
      }
    }
    const tasks = [scheduler.add(careful('a'), 0), scheduler.add(careful('b'), 1)];
    await until(() => begun === 2);
    await scheduler.stop(reason);
    expect(notes.sort()).toEqual(['a cleaned up', 'a told true', 'b cleaned up', 'b told true']);
    expect(tasks.map(({ failure }) => failure)).toEqual([reason, reason]);
  });
});

describe('a step', () => {
  it('asks the synchronous half of a store only when it is driven', async () => {
    const asked: string[] = [];
    const door = {
      name: 'asynchronous',
      sync: { name: 'synchronous' },
    };
    function* asking(): Job<string> {
      return yield* io(door, ({ name }) => {
        asked.push(name);
        return name;
      });
    }
    expect(await runJob(asking())).toBe('asynchronous');
    const scheduler = new Scheduler(hostTurns);
    const task = scheduler.add(asking(), 0);
    scheduler.driveUntil(() => task.ended);
    expect(asked).toEqual(['asynchronous', 'synchronous']);
  });

  it('whose promise nobody waits for fails quietly', async () => {
    const scheduler = new Scheduler(hostTurns);
    const task = scheduler.add(
      (function* (): Job<string> {
        yield* same(() => Promise.reject(new Error('unheard')));
        return 'went on';
      })(),
      0,
    );
    scheduler.driveUntil(() => task.ended);
    await turn();
    expect(await task.done).toBe('went on');
  });

  it('that has its answer already costs no turn, and cannot be driven where it has not', async () => {
    function* settling(value: string | Promise<string>): Job<string> {
      return yield* settle(value);
    }
    const [now] = [settling('now').next()];
    expect(now).toEqual({ done: true, value: 'now' });
    expect(await runJob(settling(Promise.resolve('later')))).toBe('later');
    const scheduler = new Scheduler(hostTurns);
    const task = scheduler.add(settling(Promise.resolve('later')), 0);
    scheduler.driveUntil(() => task.ended);
    expect(task.failure).toBeInstanceOf(TypeError);
  });
});
