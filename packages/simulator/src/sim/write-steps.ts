// Writes as actors make them.

import { SPACE_NAMES, type Incarnation } from './incarnation.ts';
import { keyText } from './keys.ts';
import type { ConditionalStep, ScriptedChange, WriteStep } from './script.ts';
import type { Simulation } from './simulation.ts';
import type { Change, Write } from '../model/history.ts';
import { expectThat } from './wrong.ts';

/** Writes that nobody waits for gather up to so many. */
const MOST_OUTSTANDING = 64;
const POLL_MS = 0.3;

export async function write(simulation: Simulation, incarnation: Incarnation, step: WriteStep): Promise<void> {
  const { process, db } = incarnation;
  const { durability } = step;
  const isNow = step.how === 'now' && simulation.canAnswerNow;
  // Synced at once needs the log of earlier writers to be durable.
  if (isNow && durability === 'synced') await process.outside(db.sync());
  const mustWait = (): boolean => simulation.isExclusive || incarnation.outstanding >= MOST_OUTSTANDING;
  while (process.alive && mustWait()) await simulation.world.sleep(POLL_MS);
  if (incarnation.ended) return;
  const changes = step.do === 'put' ? [step.change] : step.changes;
  const model = modelOf(simulation, changes);
  // Nothing to write has no epoch of its own.
  if (model.length === 0) return;
  if (isNow && step.do === 'put') {
    return incarnation.trackNow(model, durability ?? 'buffered', () => putNow(simulation, incarnation, step, model));
  }
  const made = step.do === 'put' ? putLater(simulation, incarnation, step, model) : batchLater(simulation, incarnation, step, model);
  incarnation.track(model, durability ?? 'buffered', made);
  if (step.how !== 'hurry') await process.outside(made);
}

function putNow(
  simulation: Simulation,
  { spaces }: Incarnation,
  { change: [space], durability }: WriteStep & { do: 'put' },
  [model]: Write<number>,
): bigint {
  const options = { durability };
  if (model.value === undefined) return spaces[space].deleteSync(model.key, options);
  return spaces[space].putSync(model.key, simulation.values.bytesOf(model.value), options);
}

function putLater(
  simulation: Simulation,
  { spaces }: Incarnation,
  { change: [space], durability }: WriteStep & { do: 'put' },
  [model]: Write<number>,
): Promise<bigint> {
  const options = { durability };
  if (model.value === undefined) return spaces[space].delete(model.key, options);
  return spaces[space].put(model.key, simulation.values.bytesOf(model.value), options);
}

async function batchLater(
  simulation: Simulation,
  incarnation: Incarnation,
  { durability }: WriteStep,
  model: Write<number>,
): Promise<bigint> {
  const result = await incarnation.db.write(fill(simulation, incarnation, model), { durability });
  expectThat(result.ok, 'a batch without checks was refused');
  return result.epoch;
}

function fill(simulation: Simulation, incarnation: Incarnation, model: Write<number>): ReturnType<Incarnation['db']['batch']> {
  const batch = incarnation.db.batch();
  for (const { space, key, value } of model) {
    const target = incarnation.target(SPACE_NAMES.indexOf(space as (typeof SPACE_NAMES)[number]));
    if (value === undefined) batch.delete(target, key);
    else batch.put(target, key, simulation.values.bytesOf(value));
  }
  return batch;
}

export async function writeConditionally(simulation: Simulation, incarnation: Incarnation, step: ConditionalStep): Promise<void> {
  const { process } = incarnation;
  while (process.alive && simulation.isExclusive) await simulation.world.sleep(POLL_MS);
  if (!process.alive) return;
  simulation.isExclusive = true;
  try {
    while (process.alive && incarnation.outstanding > 0) await simulation.world.sleep(POLL_MS);
    if (incarnation.ended || incarnation.failed) return;
    await process.outside(step.do === 'check' ? check(simulation, incarnation, step) : update(simulation, incarnation, step));
  } finally {
    simulation.isExclusive = false;
  }
}

async function check(
  simulation: Simulation,
  incarnation: Incarnation,
  { key: [space, number], right, changes }: ConditionalStep & { do: 'check' },
): Promise<void> {
  const key = keyText(number);
  const entry = await incarnation.spaces[space].getEntry(key);
  if (incarnation.ended) return;
  const found = entry === undefined ? undefined : simulation.values.numberOf(entry.value);
  expectThat(simulation.history.get(SPACE_NAMES[space], key) === found, `getEntry of ${key} found ${found}`);
  const model = modelOf(simulation, changes);
  const batch = fill(simulation, incarnation, model);
  batch.check(incarnation.target(space), key, right ? entry?.epoch : entry === undefined ? 1n : entry.epoch - 1n);
  const written = incarnation.db.write(batch);
  if (right && model.length > 0) {
    incarnation.track(
      model,
      'buffered',
      written.then((result) => {
        expectThat(result.ok, 'a check that was right was refused');
        return result.epoch;
      }),
    );
  }
  const { ok } = await written;
  expectThat(ok === right, `a check that was ${right ? 'right' : 'wrong'} ended with ok=${ok}`);
}

async function update(simulation: Simulation, incarnation: Incarnation, { change }: ConditionalStep & { do: 'update' }): Promise<void> {
  const [space] = change;
  const model = modelOf(simulation, [change]);
  const [{ key, value }] = model;
  const before = simulation.history.get(SPACE_NAMES[space], key);
  const bytes = value === undefined ? undefined : simulation.values.bytesOf(value);
  let calls = 0;
  const written = incarnation.spaces[space].update(key, (old) => {
    calls++;
    const found = old === undefined ? undefined : simulation.values.numberOf(old);
    expectThat(found === before || incarnation.ended, `update of ${key} found ${found}, wanted ${before}`);
    return bytes;
  });
  // Its epoch is not told, but it is the newest: nobody else writes.
  incarnation.track(
    model,
    'buffered',
    written.then(() => newestEpoch(incarnation)),
  );
  await written;
  expectThat(calls === 1, `update called back ${calls} times`);
}

function newestEpoch({ db, ended }: Incarnation): bigint | undefined {
  if (ended) return undefined;
  const snapshot = db.snapshot();
  snapshot.close();
  return snapshot.epoch;
}

/** The changes with numbers of new values. Of several changes of one key the last one counts: so a batch is told apart from its parts. */
export function modelOf(simulation: Simulation, changes: readonly ScriptedChange[]): Change<number>[] {
  return changes.map(([space, key, size]) => ({
    space: SPACE_NAMES[space],
    key: keyText(key),
    value: size === undefined ? undefined : simulation.values.make(size),
  }));
}
