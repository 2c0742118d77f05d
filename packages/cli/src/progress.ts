// How far a long command is, on stderr: nothing in the first second, then a bar that moves on a terminal, and elsewhere a plain line now and then.

import type { Ora } from 'ora';
import { progressBar } from './text/bar.ts';
import { count, duration, rate, size } from './text/figures.ts';

const QUIET_MS = 1000;
const REDRAW_MS = 100;
const LINE_MS = 5000;
const BAR_WIDTH = 24;
/** Narrower terminals, and those that do not know their size, get lines: ora cannot count the rows of a text there. */
const LEAST_COLUMNS = 60;

/** What is counted. */
export interface Task {
  readonly label: string;
  /** In the plural: `entries`. */
  readonly unit: string;
}

export class Progress {
  readonly #task: Task;
  readonly #start = performance.now();
  readonly #timer: NodeJS.Timeout;
  #done = 0;
  #fraction: number | undefined;
  #lastLine = 0;
  #line: Promise<Ora> | undefined;
  #stopped = false;

  constructor(task: Task) {
    this.#task = task;
    this.#timer = setInterval(() => this.#show(), REDRAW_MS);
    this.#timer.unref();
  }

  get elapsedMs(): number {
    return performance.now() - this.#start;
  }

  /** `fraction` (0 to 1) is what the bar shows, where it is known. */
  set(done: number, fraction?: number): void {
    this.#done = done;
    this.#fraction = fraction;
    // A loop that never waits for the event loop never sees the timer.
    if (this.#line === undefined && this.elapsedMs >= QUIET_MS) this.#show();
  }

  /** Takes the bar away. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    (await this.#line)?.stop();
  }

  #show(): void {
    if (this.#stopped || this.elapsedMs < QUIET_MS) return;
    if (process.stderr.isTTY && process.stderr.columns >= LEAST_COLUMNS) this.#draw();
    else if (this.elapsedMs - this.#lastLine >= LINE_MS || this.#lastLine === 0) {
      this.#lastLine = this.elapsedMs;
      process.stderr.write(`${this.#text(false)}\n`);
    }
  }

  /** The library is loaded by those who need it. */
  #draw(): void {
    this.#line ??= import('ora').then(({ default: ora }) => {
      const line = ora({ stream: process.stderr, discardStdin: false, spinner: 'dots' });
      return this.#stopped ? line : line.start(this.#text(true));
    });
    void this.#line.then((line) => (line.text = this.#text(true)));
  }

  #text(drawn: boolean): string {
    const parts = [this.#task.label];
    if (this.#fraction !== undefined) {
      const percent = `${Math.floor(this.#fraction * 100)} %`.padStart(5);
      parts.push(drawn ? `${progressBar(this.#fraction, BAR_WIDTH)}${percent}` : percent.trim());
    }
    if (this.#done > 0) parts.push(`${this.#amount()}, ${this.#speed()}`);
    parts.push(this.#left() ?? duration(this.elapsedMs));
    return parts.join('  ');
  }

  #amount(): string {
    return this.#task.unit === 'bytes' ? size(this.#done) : `${count(this.#done)} ${this.#task.unit}`;
  }

  #speed(): string {
    return this.#task.unit === 'bytes' ? `${size((this.#done / this.elapsedMs) * 1000)}/s` : rate(this.#done, this.elapsedMs);
  }

  #left(): string | undefined {
    if (this.#fraction === undefined || this.#fraction < 0.02) return undefined;
    return `${duration(Math.ceil((this.elapsedMs / this.#fraction - this.elapsedMs) / 1000) * 1000)} left`;
  }
}

/** Runs `work` with a progress that is taken away at its end, whatever that is. */
export async function withProgress<T>(task: Task, work: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = new Progress(task);
  try {
    return await work(progress);
  } finally {
    await progress.stop();
  }
}
