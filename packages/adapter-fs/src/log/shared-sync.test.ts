import { describe, expect, it } from 'vitest';
import { SharedSync } from './shared-sync.ts';

/** A file whose syncs end when the test says so. */
function fileUnderTest() {
  const running: { succeed(): void; fail(error: Error): void }[] = [];
  const shared = new SharedSync(() => new Promise<void>((resolve, reject) => running.push({ succeed: resolve, fail: reject })));
  return { running, shared };
}

/** Lets everything happen that can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('shared syncs', () => {
  it('start at once when none is under way', () => {
    const { running, shared } = fileUnderTest();
    void shared.sync();
    expect(running).toHaveLength(1);
  });

  it('wait for the next one when one is under way, and share it', async () => {
    const { running, shared } = fileUnderTest();
    const done: string[] = [];
    for (const name of ['first', 'second', 'third']) void shared.sync().then(() => done.push(name));
    running[0].succeed();
    await settle();
    expect([done, running.length]).toEqual([['first'], 2]);
    running[1].succeed();
    await settle();
    expect([done, running.length]).toEqual([['first', 'second', 'third'], 2]);
  });

  it('never end with a sync that began before they were called', async () => {
    const { running, shared } = fileUnderTest();
    let ended = false;
    void shared.sync();
    void shared.sync();
    running[0].succeed();
    await settle();
    void shared.sync().then(() => (ended = true));
    running[1].succeed();
    await settle();
    expect([ended, running.length]).toEqual([false, 3]);
    running[2].succeed();
    await settle();
    expect(ended).toBe(true);
  });

  it('all fail after one has failed', async () => {
    const { running, shared } = fileUnderTest();
    const error = new Error('disk is gone');
    const attempts = [shared.sync(), shared.sync()];
    running[0].fail(error);
    for (const attempt of attempts) await expect(attempt).rejects.toBe(error);
    await expect(shared.sync()).rejects.toBe(error);
    await expect(shared.settled()).rejects.toBe(error);
    expect(() => shared.check()).toThrow(error);
    expect(running).toHaveLength(1);
  });

  it('are settled when the last one is', async () => {
    const { running, shared } = fileUnderTest();
    await shared.settled();
    void shared.sync();
    void shared.sync();
    let settled = false;
    void shared.settled().then(() => (settled = true));
    running[0].succeed();
    await settle();
    expect(settled).toBe(false);
    running[1].succeed();
    await settle();
    expect([settled, shared.pending]).toEqual([true, undefined]);
  });
});
