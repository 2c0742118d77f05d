import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { dateAt, isDate, systemClock } from './clock.ts';

it('tells the time of day in milliseconds', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
});

it('knows dates, also those of another realm', () => {
  expect(isDate(dateAt(5))).toBe(true);
  expect(isDate(runInNewContext('new Date(0)'))).toBe(true);
  expect(isDate(0)).toBe(false);
  expect(dateAt(5).getTime()).toBe(5);
});
