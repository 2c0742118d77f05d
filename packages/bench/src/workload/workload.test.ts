import { expect, it } from 'vitest';
import { Workload } from './workload.ts';

const workload = new Workload(5000, 1);

it('has keys of sixteen digits, each once', () => {
  const keys = Array.from({ length: workload.count }, (_, i) => workload.key(i));
  expect(keys.every((key) => /^\d{16}$/.test(key))).toBe(true);
  expect(new Set(keys).size).toBe(5000);
  expect(keys).not.toEqual([...keys].sort());
});

it('has values of 100 bytes of which 30 repeat', () => {
  const value = workload.value(3);
  expect(value).toHaveLength(100);
  expect(value.subarray(70)).toEqual(value.subarray(0, 30));
  expect(new Set(value).size).toBeGreaterThan(50);
});

it('knows which value belongs to which key', () => {
  workload.check(workload.key(7), workload.value(7));
  expect(() => workload.check(workload.key(7), workload.value(8))).toThrowError('wrong value');
  expect(() => workload.check(workload.key(7), undefined)).toThrowError('wrong value');
});

it('gives keys to read, and keys that are not there', () => {
  const written = new Map(Array.from({ length: workload.count }, (_, i) => [workload.key(i), workload.value(i)]));
  const readings = workload.readings(2000, 9);
  expect(new Set(readings.keys).size).toBe(2000);
  for (const [i, key] of readings.keys.entries()) readings.glance(i, written.get(key));
  expect(readings.absentKeys.some((key) => written.has(key))).toBe(false);
  expect(() => readings.glance(0, undefined)).toThrowError('wrong value');
  expect(() => readings.glance(0, new Uint8Array(100).fill((written.get(readings.keys[0])?.[0] ?? 0) + 1))).toThrowError('wrong value');
});

it('reads more often than there are keys by starting over', () => {
  const { keys } = workload.readings(5001, 9);
  expect(keys[5000]).toBe(keys[0]);
});
