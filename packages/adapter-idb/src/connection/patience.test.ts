import { describe, expect, it } from 'vitest';
import { Patience } from './patience.ts';

const later = <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms, value);
  });

describe('patience', () => {
  it('hands on what comes in time, be it a failure', async () => {
    const patience = new Patience({ everyMs: 10, most: 100 });
    await expect(patience.wait(later(30, 'value'), 'UNKNOWN')).resolves.toBe('value');
    const failing = async (): Promise<never> => {
      await later(5, 0);
      throw new Error('of its own');
    };
    await expect(patience.wait(failing(), 'UNKNOWN')).rejects.toThrow('of its own');
  });

  it('ends for each by itself', async () => {
    const patience = new Patience({ everyMs: 10, most: 5 });
    const never = patience.wait(new Promise(() => undefined), 'UNAVAILABLE');
    const soon = patience.wait(later(1, 'value'), 'UNKNOWN');
    await expect(soon).resolves.toBe('value');
    await expect(never).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('waitedMs=50') });
    await expect(patience.wait(later(5, 'again'), 'UNKNOWN')).resolves.toBe('again');
  });
});
