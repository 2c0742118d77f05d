// What names tell of plans, and how silence is judged.

import { describe, expect, it } from 'vitest';
import { attemptName, beatName, parsePlanName, planName } from '../format/object-names.ts';
import { isFree, Silence, tracesIn } from './plan-traces.ts';

const id = { term: 3, counter: 20 };
const key = '0000000003-0000000020';
const listed = (...names: string[]) => tracesIn([...names].sort().map((name) => ({ name })));

describe('a name', () => {
  it.each([
    [planName(id), { id, what: 'plan', attempt: 0, beat: 0 }],
    [attemptName(id, 1, 'claim'), { id, what: 'claim', attempt: 1, beat: 0 }],
    [attemptName(id, 12, 'result'), { id, what: 'result', attempt: 12, beat: 0 }],
    [attemptName(id, 2, 'failed'), { id, what: 'failed', attempt: 2, beat: 0 }],
    [beatName(id, 2, 1234), { id, what: 'beat', attempt: 2, beat: 1234 }],
  ])('%s is read as it was made', (name, parsed) => {
    expect(parsePlanName(name)).toEqual(parsed);
  });

  it.each(['plan/notes.txt', `plan/${key}`, `plan/${key}.1.claim`, `plan/${key}.01.plan`, `plan/${key}.01.beat`, `${planName(id)}.tmp`])(
    '%s is nothing of a plan',
    (name) => {
      expect(parsePlanName(name)).toBeUndefined();
      expect(listed(name).size).toBe(0);
    },
  );
});

describe('what stands of a plan', () => {
  it('is told by its newest attempt', () => {
    const names = [planName(id), attemptName(id, 1, 'claim'), beatName(id, 1, 9), attemptName(id, 2, 'claim'), beatName(id, 2, 3)];
    expect(listed(...names).get(key)).toMatchObject({ planned: true, attempt: 2, beat: 3, failed: [], results: [] });
    expect(listed(...names, beatName(id, 2, 4)).get(key)!.beat).toBe(4);
    expect(listed(attemptName(id, 1, 'result')).get(key)).toMatchObject({ planned: false, results: [1] });
  });

  it('is free when nobody has claimed it, or the newest attempt has failed', () => {
    const free = (...names: string[]): boolean => isFree(listed(planName(id), ...names).get(key)!);
    expect(free()).toBe(true);
    expect(free(attemptName(id, 1, 'claim'))).toBe(false);
    expect(free(attemptName(id, 1, 'claim'), attemptName(id, 1, 'failed'))).toBe(true);
    expect(free(attemptName(id, 1, 'failed'), attemptName(id, 2, 'claim'))).toBe(false);
  });
});

describe('silence', () => {
  const trace = (...names: string[]) => listed(planName(id), ...names).get(key)!;

  it('lasts from when something was seen to change', () => {
    const clock = { ms: 1000, now: () => clock.ms };
    const silence = new Silence(clock);
    const claimed = trace(attemptName(id, 1, 'claim'));
    expect(silence.msOf(claimed)).toBe(0);
    clock.ms = 4000;
    expect(silence.msOf(claimed)).toBe(3000);
    expect(silence.msOf(trace(attemptName(id, 1, 'claim'), beatName(id, 1, 1)))).toBe(0);
    expect(silence.msOf(claimed)).toBe(0);
  });

  it('begins anew when the clock is set back, and for a plan that was gone', () => {
    const clock = { ms: 9000, now: () => clock.ms };
    const silence = new Silence(clock);
    silence.msOf(trace());
    clock.ms = 1000;
    expect(silence.msOf(trace())).toBe(0);
    clock.ms = 2000;
    expect(silence.msOf(trace())).toBe(1000);
    silence.keepOnly(new Map());
    expect(silence.msOf(trace())).toBe(0);
  });
});
