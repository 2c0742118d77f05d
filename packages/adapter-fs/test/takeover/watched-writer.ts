// A writer of a storm of takeovers as the storm sees it: everything that its process has told until now. The storm itself is another process than any
// writer, and what one told before it was stopped or killed is in its pipe.

import type { ProgramProcess } from '../programs.ts';
import type { Runtime } from '../runtimes.ts';
import type { Fenced, Found, Message, Refusal } from './takeover-messages.ts';

export class WatchedWriter {
  readonly process: ProgramProcess;
  readonly runtime: Runtime;
  readonly round: number;
  opening = false;
  found: Found | undefined;
  /** The last operation that was acknowledged, and how many were. */
  acknowledged = 0;
  count = 0;
  flushes = 0;
  compactions = 0;
  /** How it could not open. */
  refused: Refusal | undefined;
  fenced: Fenced | undefined;
  closed = false;
  killed = false;
  /** It has ended, and told everything. */
  over = false;
  failure: string | undefined;
  readonly #onNews: () => void;

  constructor(process: ProgramProcess, runtime: Runtime, round: number, onNews: () => void) {
    this.process = process;
    this.runtime = runtime;
    this.round = round;
    this.#onNews = onNews;
    void this.#listen();
  }

  /** Of the term that it claimed; 0 while it has told of none. */
  get term(): number {
    return this.found?.term ?? 0;
  }

  /** Everything about it, for messages. */
  describe(): string {
    const refused = this.refused === undefined ? '' : ` refused: ${this.refused.code} ${this.refused.message}`;
    const flags = [this.closed && 'closed', this.killed && 'killed', this.fenced !== undefined && 'fenced', this.over && 'over'];
    const states = flags.filter((flag) => flag !== false).join();
    return `writer ${this.round} in ${this.runtime} term=${this.term} acknowledged=${this.acknowledged} ${states}${refused}`;
  }

  async kill(): Promise<void> {
    this.killed = true;
    await this.process.kill();
  }

  async #listen(): Promise<void> {
    try {
      for (let told = await this.process.next(); told !== undefined; told = await this.process.next()) {
        this.#hear(told as Message);
        this.#onNews();
      }
      const status = await this.process.ended;
      const expected = this.killed || this.refused !== undefined || this.fenced !== undefined || this.closed;
      if (!expected) this.failure ??= `it ended by itself status=${status}`;
    } catch (error) {
      this.failure ??= String(error);
    }
    this.over = true;
    this.#onNews();
  }

  #hear(told: Message): void {
    if (typeof told === 'number') {
      this.acknowledged = Math.max(this.acknowledged, told);
      this.count++;
    } else if ('opening' in told) this.opening = true;
    else if ('found' in told) this.found = told.found;
    else if ('event' in told) this.#count(told.event);
    else if ('refused' in told) this.refused = told.refused;
    else if ('fenced' in told) this.fenced = told.fenced;
    else if ('closed' in told) this.closed = true;
    else this.failure = 'error' in told ? told.error : `it told ${JSON.stringify(told)}`;
  }

  #count(event: string): void {
    if (event === 'flush') this.flushes++;
    else this.compactions++;
  }
}
