// A seeded share of the sweep; all of it is `npm run rot`.

import { describe, expect, it } from 'vitest';
import { examine } from './examine.ts';
import { damaged, judgeAgainst, Sweep, type Damage } from './sweep.ts';

const SEED = 20261121;
/** All of it takes minutes. */
const ONE_IN = 100;
const ONE_LOG_IN = 30;
const LOG = 'wal/';
const SWEEP_MS = 120_000;

describe('a small database', () => {
  it('answers as it should while nothing is damaged', async () => {
    const { sample, keys } = await Sweep.create();
    const examined = await examine(sample.image, keys);
    expect(examined.verified).toEqual([]);
    expect(judgeAgainst('nothing', examined, [sample.whole])).toBeUndefined();
    expect(examined.answers.some(({ found }) => found.length > 50)).toBe(true);
  });

  it('has a little of everything that can be damaged', async () => {
    const { sample } = await Sweep.create();
    const names = [...sample.image.keys()];
    const count = (part: string): number => names.filter((name) => name.includes(part)).length;
    expect([count('manifest/'), count('.sst'), count('.meta'), count('wal/')]).toEqual([4, 2, 2, 3]);
    expect(sample.stored).not.toEqual(sample.whole);
  });

  it(
    `with a bit turned over, or cut short, answers rightly or names the damage (one case in ${ONE_IN}, seed=${SEED})`,
    async () => {
      const sweep = await Sweep.create();
      const { tried, harmless, failures } = await sweep.run(sweep.share(ONE_IN, SEED));
      expect(failures, `seed=${SEED}`).toEqual([]);
      expect(tried).toBeGreaterThan(500);
      expect(harmless).toBeLessThan(tried / 5);
    },
    SWEEP_MS,
  );

  it.each(['unsynced', 'rolled'] as const)(
    'whose log is damaged ends there, or is refused where the damaged place had been durable: last session %s',
    async (ending) => {
      const sweep = await Sweep.create(ending);
      const { tried, harmless, failures } = await sweep.run(sweep.share(ONE_LOG_IN, SEED, LOG));
      expect(failures, `seed=${SEED}`).toEqual([]);
      expect(tried).toBeGreaterThan(harmless + 25);
    },
    SWEEP_MS,
  );
});

describe('the judge of the sweep', () => {
  it('tells a wrong answer, an error of another object and an error without a type', async () => {
    const sweep = await Sweep.create();
    const [object] = [...sweep.sample.image.keys()].filter((name) => name.endsWith('.sst'));
    const damage: Damage = { object: object!, at: 40, bit: 3 };
    const examined = await examine(damaged(sweep.sample.image, damage), sweep.keys);
    expect(sweep.judge(damage, examined)).toBeUndefined();
    expect(sweep.judge({ ...damage, object: 'sst/another' }, examined)).toContain('does not name the object');
    const wrong = { ...examined, answers: [{ ...examined.answers[0]!, found: [['key-0000', 'x'] as const] }] };
    expect(sweep.judge(damage, wrong)).toContain('wrong data');
    expect(sweep.judge(damage, { ...examined, openError: new TypeError('x is not a function') })).toContain('untyped');
    expect(sweep.judge(damage, { ...examined, verified: [] })).toContain('verify found nothing');
  });
});
