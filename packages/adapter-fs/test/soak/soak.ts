// A soak as seen from outside: starts the process under load, listens to it, and judges what it told.

import type { ProgramProcess } from '../programs.ts';
import type { SoakEnd, SoakMessage, SoakRest, SoakSample, SoakSettings } from './soak-messages.ts';
import { judge, type Judged, type SoakRecord } from './verdict.ts';

/** How a soak went that found no wrong read. */
export interface SoakReport extends SoakRecord {
  readonly judged: readonly Judged[];
  readonly failures: readonly string[];
}

/** Longer than anything takes between two samples. */
const SILENCE_MS = 180_000;

/** Runs a soak; throws when the load ends with a wrong read or with any other error. The directory stays. */
export async function soak(
  settings: SoakSettings,
  start: (args: readonly string[]) => ProgramProcess,
  onSample: (sample: SoakSample) => void = () => undefined,
): Promise<SoakReport> {
  const load = start(['load', JSON.stringify(settings)]);
  const samples: SoakSample[] = [];
  const rests: SoakRest[] = [];
  let end: SoakEnd | undefined;
  try {
    for (let told = await next(load); told !== undefined; told = await next(load)) {
      if ('error' in told) throw new Error(told.error);
      if ('sample' in told) {
        samples.push(told.sample);
        onSample(told.sample);
      } else if ('rest' in told) rests.push(told.rest);
      else end = told.end;
    }
    const status = await load.ended;
    if (end === undefined || status !== 0) throw new Error(`the load ended by itself status=${status}`);
  } catch (error) {
    throw new Error(`seed=${settings.seed}: ${(error as Error).message}; what was left is in ${settings.directory}`, { cause: error });
  } finally {
    await load.kill();
  }
  const record = { settings, samples, rests, end };
  return { ...record, ...judge(record) };
}

/** The next thing that the load tells; undefined at its end. */
async function next(load: ProgramProcess): Promise<SoakMessage | undefined> {
  let alarm: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    alarm = setTimeout(() => reject(new Error(`nothing was heard of the load for ms=${SILENCE_MS}`)), SILENCE_MS);
  });
  try {
    return (await Promise.race([load.next(), silence])) as SoakMessage | undefined;
  } finally {
    clearTimeout(alarm);
  }
}
