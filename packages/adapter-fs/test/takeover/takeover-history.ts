// What writers found that had the database one after the other, compared with what each predecessor was told.

import { StormState } from '../storm-state.ts';
import type { Checked, Fenced, Found, Rejection } from './takeover-messages.ts';
import type { TakeoverReport } from './takeover-report.ts';
import type { WatchedWriter } from './watched-writer.ts';

export class TakeoverHistory {
  readonly #state: StormState;
  readonly #report: TakeoverReport;
  /** Who had the database last; its successor tells how far it came. */
  #last: WatchedWriter | undefined;

  constructor(seed: number, report: TakeoverReport) {
    this.#state = new StormState(seed);
    this.#report = report;
  }

  /** Writers that have all ended. */
  add(writers: readonly WatchedWriter[]): void {
    const owners = writers.filter(({ found }) => found !== undefined).sort((a, b) => a.term - b.term);
    for (const [i, owner] of owners.entries()) {
      if (owner.term === (this.#last?.term ?? 0)) throw new Error(`two writers have the same term=${owner.term}`);
      if (this.#last !== undefined && this.#last.runtime !== owner.runtime) this.#report.betweenRuntimes++;
      this.#find(owner.found!);
      this.#last = owner;
      expectEnd(owner, i === owners.length - 1);
    }
    for (const writer of writers) this.#count(writer);
  }

  check({ found, problems, leftovers }: Checked): void {
    this.#find(found);
    this.#last = undefined;
    if (problems.length > 0) throw new Error(`verify found ${problems.join('; ')}`);
    if (leftovers.length > 0) throw new Error(`files are left that nobody needs: ${leftovers.join(', ')}`);
  }

  #find({ entries }: Found): void {
    const found = new Map(entries);
    if (this.#last === undefined) return this.#state.expect(found);
    const { round, acknowledged, fenced, runtime } = this.#last;
    const prefix = this.#state.advance({ round, first: 1, acknowledged }, found);
    this.#report.foundBeyond += prefix - acknowledged;
    const wrong = fenced?.rejections.find(({ n, code }) => code === 'FENCED' && n <= prefix);
    if (wrong !== undefined) throw new Error(`a write that was FENCED is there operation=${wrong.n} writer=${round} in ${runtime}`);
  }

  #count({ count, fenced, flushes, compactions }: WatchedWriter): void {
    this.#report.writers++;
    this.#report.acknowledged += count;
    this.#report.flushes += flushes;
    this.#report.compactions += compactions;
    for (const { code } of fenced?.rejections ?? []) this.#report[code === 'UNKNOWN' ? 'unknownWrites' : 'fencedWrites']++;
  }
}

/** Who was overtaken alive was fenced. */
function expectEnd({ fenced, closed, killed, round, runtime }: WatchedWriter, isLast: boolean): void {
  const who = `writer=${round} in ${runtime}`;
  if (fenced === undefined) {
    if (!closed && !killed) throw new Error(`a writer was neither fenced nor ended ${who}`);
    return;
  }
  if (isLast) throw new Error(`the newest owner was fenced ${who}`);
  const wrong = fenced.rejections.find((rejection) => !isFenced(rejection));
  if (wrong !== undefined) throw new Error(`an overtaken writer was told ${wrong.code} (cause ${wrong.cause}) operation=${wrong.n} ${who}`);
  const calls = wrongCalls(fenced.after);
  if (calls.length > 0) throw new Error(`calls after a writer was fenced ended with ${calls.join()} ${who}`);
}

function isFenced({ code, cause }: Rejection): boolean {
  return code === 'FENCED' || (code === 'UNKNOWN' && cause === 'FENCED');
}

/** What is in memory may be read, and closing succeeds. */
function wrongCalls({ get, close, ...writes }: Fenced['after']): string[] {
  const wrong = Object.entries(writes).filter(([, code]) => code !== 'FENCED');
  if (get !== 'FENCED' && get !== 'done') wrong.push(['get', get]);
  if (close !== 'done') wrong.push(['close', close]);
  return wrong.map(([call, code]) => `${call}: ${code}`);
}
