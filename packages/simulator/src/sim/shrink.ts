// Makes a script that fails as short as it goes: steps are left out, in halves, quarters and so on down to one by one, as long as what is left still
// fails in the same way (delta debugging: Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).

/** Actors and their steps; whatever else a script says stays. */
interface Scripted<Step> {
  readonly actors: readonly (readonly Step[])[];
}

/** How a script fails, as far as that tells one failure from another; undefined: it does not. */
export type Judge<S> = (script: S) => Promise<string | undefined>;

/** Stops after so many lives: what is left by then is short enough. */
const MOST_LIVES = 2000;

/** The shortest script that was found to fail as `script` does. */
export async function shrink<S extends Scripted<object>>(script: S, judge: Judge<S>): Promise<S> {
  const failure = await judge(script);
  if (failure === undefined) return script;
  let lives = 0;
  const failsAlike = async (candidate: S): Promise<boolean> => lives++ < MOST_LIVES && (await judge(candidate)) === failure;
  let best = script;
  for (let before = Infinity; count(best) < before && lives < MOST_LIVES;) {
    before = count(best);
    for (let actor = best.actors.length - 1; actor >= 0; actor--) best = await shortenActor(best, actor, failsAlike);
    best = await withoutIdle(best, failsAlike);
    best = await shortenBatches(best, failsAlike);
  }
  return best;
}

type Fails<S> = (script: S) => Promise<boolean>;

async function shortenActor<S extends Scripted<object>>(script: S, actor: number, fails: Fails<S>): Promise<S> {
  const steps = await fewer(script.actors[actor], (left) => fails(withSteps(script, actor, left)));
  return withSteps(script, actor, steps);
}

async function shortenBatches<S extends Scripted<object>>(script: S, fails: Fails<S>): Promise<S> {
  let best = script;
  for (const [actor, steps] of script.actors.entries()) {
    for (const [i, step] of steps.entries()) {
      if (!('changes' in step)) continue;
      const withChanges = (changes: readonly unknown[]): S =>
        withSteps(
          best,
          actor,
          best.actors[actor].map((other, at) => (at === i ? { ...step, changes } : other)),
        );
      best = withChanges(await fewer(step.changes as readonly unknown[], (left) => fails(withChanges(left))));
    }
  }
  return best;
}

/** As few of the items as still fail. */
async function fewer<T>(items: readonly T[], fails: (left: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let best = items;
  for (let size = best.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length;) {
      const left = [...best.slice(0, at), ...best.slice(at + size)];
      if (await fails(left)) best = left;
      else at += size;
    }
  }
  return best;
}

/** Actors without steps say nothing. */
async function withoutIdle<S extends Scripted<object>>(script: S, fails: Fails<S>): Promise<S> {
  const left = { ...script, actors: script.actors.filter((steps) => steps.length > 0) };
  return left.actors.length < script.actors.length && (await fails(left)) ? left : script;
}

function withSteps<S extends Scripted<object>>(script: S, actor: number, steps: readonly object[]): S {
  return { ...script, actors: script.actors.map((other, i) => (i === actor ? steps : other)) };
}

function count({ actors }: Scripted<object>): number {
  return actors.reduce((sum, steps) => sum + steps.length, 0);
}
