import { describe, expect, it } from 'vitest';
import { sstInfo } from '../version/version-test-kit.ts';
import { ArrivedMetas } from './arrived-metas.ts';
import { Sst } from './sst.ts';

const sst = (n: number, partitions = 2): Sst => new Sst({ ...sstInfo(n, 1, 2), partitions }, { term: 1, counter: n }, n * 64);
const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);

function arrived(metas: ArrivedMetas, one: Sst): Sst {
  expect(metas.expect(bytes.length)).toBe(true);
  metas.keep(one, bytes);
  return one;
}

describe('.meta objects that came whole', () => {
  it('give each partition once', () => {
    const metas = new ArrivedMetas(1000, 1000);
    const one = arrived(metas, sst(1));
    expect(metas.take(one, { offset: 10, length: 3 })).toEqual(Uint8Array.of(10, 11, 12));
    expect(metas.take(sst(2), { offset: 10, length: 3 })).toBeUndefined();
    expect(metas.take(one, { offset: 50, length: 1 })).toEqual(Uint8Array.of(50));
    expect(metas.take(one, { offset: 10, length: 3 })).toBeUndefined();
  });

  it('go for newer ones, the oldest first', () => {
    const metas = new ArrivedMetas(250, 1000);
    const [first, second, third] = [1, 2, 3].map((n) => arrived(metas, sst(n)));
    const has = (one: Sst | undefined): boolean => metas.take(one!, { offset: 0, length: 1 }) !== undefined;
    expect([first, second, third].map(has)).toEqual([false, true, true]);
  });

  it('are not expected while too many are on their way, or when they are larger than all may be', () => {
    const metas = new ArrivedMetas(250, 1000);
    expect(metas.expect(251)).toBe(false);
    expect([100, 100, 100].map((length) => metas.expect(length))).toEqual([true, true, false]);
    metas.cancel(100);
    expect(metas.expect(150)).toBe(true);
    expect(new ArrivedMetas(2 ** 30, 2 ** 20).expect(2 ** 20 + 1)).toBe(false);
  });

  it('leave no bytes counted behind', () => {
    const metas = new ArrivedMetas(100, 1000);
    for (let n = 1; n < 10; n++) {
      const one = arrived(metas, sst(n));
      if (n % 3 === 0) metas.drop(one);
      if (n % 3 === 1) for (let i = 0; i < 2; i++) metas.take(one, { offset: 0, length: 1 });
    }
    metas.drop(sst(77));
    expect(metas.expect(100)).toBe(true);
  });
});
