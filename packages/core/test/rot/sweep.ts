// Every object and log segment of the sample cut short at every length and with each bit turned over: the answers stay right, or what is damaged is
// named. A seeded share of it is a test; `npm run rot` does all of it.

import { StorageError } from '../../src/base/errors.ts';
import { seededRandom } from '../../src/base/random.ts';
import { examine, wrongAnswers, type Examined } from './examine.ts';
import { replaced, type Image } from './image.ts';
import { LogOracle, logDamage } from './log-oracle.ts';
import { makeSample, SPACES, type Ending, type Model, type Sample, type Space } from './sample.ts';

/** One change of one object: at a byte, a bit turned over, or the object ended there. */
export interface Damage {
  readonly object: string;
  readonly at: number;
  /** Undefined: cut. */
  readonly bit: number | undefined;
}

export interface SweepReport {
  readonly tried: number;
  /** How many cases opened and answered everything as if nothing had happened. */
  readonly harmless: number;
  /** One sentence for every case that went wrong. */
  readonly failures: readonly string[];
}

export class Sweep {
  readonly sample: Sample;
  readonly keys: Readonly<Record<Space, readonly string[]>>;
  readonly #log: LogOracle;

  private constructor(sample: Sample, log: LogOracle) {
    this.sample = sample;
    this.#log = log;
    this.keys = Object.fromEntries(SPACES.map((space) => [space, everWritten(sample, space)])) as Record<Space, string[]>;
  }

  static async create(ending?: Ending): Promise<Sweep> {
    const sample = await makeSample(ending);
    return new Sweep(sample, await LogOracle.of(sample.image, sample.stored));
  }

  /** Every case of the objects whose names contain `part`, object by object. */
  damages(part = ''): Damage[] {
    const all: Damage[] = [];
    for (const [object, { length }] of this.sample.image) {
      if (!object.includes(part)) continue;
      for (let at = 0; at < length; at++) {
        all.push({ object, at, bit: undefined });
        for (let bit = 0; bit < 8; bit++) all.push({ object, at, bit });
      }
    }
    return all;
  }

  /** One case in `oneIn`, chosen by the seed. */
  share(oneIn: number, seed: number, part = ''): Damage[] {
    const random = seededRandom(seed);
    return this.damages(part).filter(() => random.uint32() % oneIn === 0);
  }

  async run(damages: Iterable<Damage>, onEach: (damage: Damage) => void = () => undefined): Promise<SweepReport> {
    const failures: string[] = [];
    let tried = 0;
    let harmless = 0;
    for (const damage of damages) {
      onEach(damage);
      tried++;
      const examined = await examine(damaged(this.sample.image, damage), this.keys);
      const wrong = this.judge(damage, examined);
      harmless += Number(isHarmless(examined));
      if (wrong !== undefined) failures.push(`${nameOf(damage)}: ${wrong}`);
    }
    return { tried, harmless, failures };
  }

  /** What is wrong with the outcome, if anything. */
  judge({ object, at, bit }: Damage, examined: Examined): string | undefined {
    const inLog = logDamage(object, at, bit === undefined);
    if (inLog === undefined) return judgeAgainst(object, examined, [this.sample.whole]);
    const { isVoid, proven, header, prefixes } = this.#log.judge(inLog);
    if (examined.openError === undefined) {
      return judgeAgainst(object, examined, proven || isVoid ? [this.sample.whole] : [this.sample.whole, ...prefixes]);
    }
    if (isVoid || (!proven && !header)) return `refused, though nothing needs the damaged place: ${textOf(examined.openError)}`;
    return wrongError(object, examined.openError);
  }
}

/** Every answer is that of one of the models, and every failure names the object. */
export function judgeAgainst(object: string, examined: Examined, models: readonly Model[]): string | undefined {
  const { openError, answers, verified, otherErrors } = examined;
  if (openError !== undefined) return wrongError(object, openError);
  const wrong = models.map((model) => wrongAnswers(answers, model));
  if (wrong.every(({ length }) => length > 0)) {
    const [first] = wrong[0]!;
    return `wrong data: ${first!.call} answered ${JSON.stringify(first!.found).slice(0, 200)}`;
  }
  const errors = [...answers.map(({ error }) => error), ...otherErrors].filter((error) => error !== undefined);
  const wrongOne = errors.map((error) => wrongError(object, error)).find((why) => why !== undefined);
  if (wrongOne !== undefined) return wrongOne;
  const named = verified?.map((problem) => problem.object) ?? [];
  if (named.some((name) => name !== object)) return `verify names ${named.join()}`;
  if (verified !== undefined && errors.length > 0 && named.length === 0) return `verify found nothing, but: ${textOf(errors[0])}`;
  return undefined;
}

/** Undefined when the error says what it should: that this object is damaged, or needs a newer version. */
function wrongError(object: string, error: unknown): string | undefined {
  const isTyped = error instanceof StorageError && (error.code === 'CORRUPTION' || error.code === 'UNSUPPORTED');
  if (!isTyped) return `untyped: ${textOf(error)}`;
  return error.object === object ? undefined : `does not name the object: ${textOf(error)}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
}

function isHarmless({ openError, answers, verified, otherErrors }: Examined): boolean {
  const errors = [openError, ...otherErrors, ...answers.map(({ error }) => error)];
  return errors.every((error) => error === undefined) && verified?.length === 0;
}

/** The image with the damage done. */
export function damaged(image: Image, { object, at, bit }: Damage): Image {
  const bytes = image.get(object)!;
  if (bit === undefined) return replaced(image, object, bytes.slice(0, at));
  const copy = bytes.slice();
  copy[at] = copy[at]! ^ (1 << bit);
  return replaced(image, object, copy);
}

export function nameOf({ object, at, bit }: Damage): string {
  return `object=${object} at=${at} ${bit === undefined ? 'cut' : `bit=${bit}`}`;
}

function everWritten({ stored, whole }: Sample, space: Space): string[] {
  return [...new Set([...stored[space].keys(), ...whole[space].keys(), 'key-0000', 'key-0003', 'key-0005', 'last'])];
}
