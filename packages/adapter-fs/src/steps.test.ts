import { describe, expect, it } from 'vitest';
import { runLater, runNow, step, type Steps } from './steps.ts';

/** A step that notes when it begins. */
function noted(begun: string[], name: string, outcome: () => number): Steps<number> {
  return step(
    () => {
      begun.push(`${name} now`);
      return outcome();
    },
    (done) => {
      begun.push(`${name} later`);
      setImmediate(() => {
        try {
          done(null, outcome());
        } catch (error) {
          done(error as Error, 0);
        }
      });
    },
  );
}

function* sum(begun: string[]): Steps<number> {
  const a = yield* noted(begun, 'a', () => 20);
  const b = yield* noted(begun, 'b', () => 22);
  return a + b;
}

function* failing(begun: string[]): Steps<string> {
  try {
    yield* noted(begun, 'a', () => {
      throw new Error('full');
    });
    return 'not reached';
  } catch (error) {
    yield* noted(begun, 'after', () => 1);
    return `caught ${(error as Error).message}`;
  } finally {
    begun.push('finally');
  }
}

describe('steps', () => {
  it('have the same result run now and run later', async () => {
    const begun: string[] = [];
    expect(runNow(sum(begun))).toBe(42);
    expect(await runLater(sum(begun))).toBe(42);
    expect(begun).toEqual(['a now', 'b now', 'a later', 'b later']);
  });

  it('begin in the call itself', async () => {
    const begun: string[] = [];
    const pending = runLater(sum(begun));
    expect(begun).toEqual(['a later']);
    await pending;
  });

  it('that fail can be caught by the algorithm, which may go on', async () => {
    const begun: string[] = [];
    expect(runNow(failing(begun))).toBe('caught full');
    expect(await runLater(failing(begun))).toBe('caught full');
    expect(begun).toEqual(['a now', 'after now', 'finally', 'a later', 'after later', 'finally']);
  });

  it('pass on what the algorithm does not catch', async () => {
    function* uncaught(): Steps<number> {
      return yield* noted([], 'a', () => {
        throw new Error('full');
      });
    }
    expect(() => runNow(uncaught())).toThrow('full');
    await expect(runLater(uncaught())).rejects.toThrow('full');
  });
});
