import { describe, expect, it } from 'vitest';
import { generate } from './generate.ts';
import type { Script, Step } from './script.ts';
import { scriptText } from './script.ts';
import { shrink } from './shrink.ts';

const has = ({ actors }: Script, wanted: (step: Step) => boolean): boolean => actors.flat().some(wanted);

describe('a script that fails', () => {
  it('is left with the steps that it needs to fail, and their batches with the changes', async () => {
    const needed = (step: Step): boolean => step.do === 'batch' && step.changes.some(([, key]) => key === 7);
    const script = generate(4);
    expect(has(script, needed) && has(script, (step) => step.do === 'flush')).toBe(true);
    const short = await shrink(script, async (candidate) =>
      has(candidate, needed) && has(candidate, (step) => step.do === 'flush') ? 'fails' : undefined,
    );
    expect(short.actors.flat()).toHaveLength(2);
    expect(short.actors.flat().map((step) => ('changes' in step ? step.changes.length : step.do))).toEqual([1, 'flush']);
  });

  it('stays as it is when nothing fails any more', async () => {
    const script = generate(5);
    expect(await shrink(script, async () => undefined)).toBe(script);
  });

  it('does not become one that fails otherwise', async () => {
    const script = generate(6, 100);
    const count = script.actors.flat().length;
    const short = await shrink(script, async ({ actors }) => (actors.flat().length === count ? 'one thing' : 'another'));
    expect(short.actors.flat()).toHaveLength(count);
  });
});

it('a script is read back from its file as it was', () => {
  const script = generate(7, 50);
  expect(JSON.parse(scriptText(script))).toEqual(script);
});
