import { expect, it } from 'vitest';
import { andThen, isPromise } from './maybe-promise.ts';

it('goes on at once where there is nothing to wait for, and later where there is', async () => {
  expect(andThen(1, (n) => n + 1)).toBe(2);
  const later = andThen(Promise.resolve(1), (n) => n + 1);
  expect(isPromise(later)).toBe(true);
  expect(await later).toBe(2);
});

it('is a module that import() gives out, not a thenable that it calls', async () => {
  expect(await import('./maybe-promise.ts')).toMatchObject({ andThen, isPromise });
});
