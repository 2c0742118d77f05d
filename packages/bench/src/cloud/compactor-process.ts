// Starts a compactor beside a writer that is measured, holds it still, and asks what it has sent.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { RequestStats } from '@varve/core';
import type { Gateway } from './job.ts';

const CHILD = fileURLToPath(new URL('./compactor-child.ts', import.meta.url));

export interface CompactorPlace {
  readonly gateway: Gateway;
  readonly place: string;
}

/** What a compactor did until it was stopped. */
export interface CompactorDone {
  readonly merges: number;
  readonly requests: RequestStats;
}

export class CompactorProcess {
  readonly #child: ChildProcess;

  /** The processor is the writer's first: a compactor elsewhere would take none of it. */
  constructor(place: CompactorPlace) {
    this.#child = fork(CHILD, { execArgv: ['--conditions=source'] });
    setPriority(this.#child.pid!, constants.priority.PRIORITY_LOW);
    this.#child.send(place);
  }

  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Gives back what is under way. */
  async stop(): Promise<CompactorDone> {
    const done = once(this.#child, 'message') as Promise<[CompactorDone]>;
    this.#child.send('stop');
    return (await done)[0];
  }
}
