// Compactors, each in a process of its own: they die, are stopped and go on, and meet whatever the disk does. What they make is judged by what readers of
// the database find.

import { seededRandom, StorageError } from '@varve/core';
import { openCompactor, type Compactor, type CompactorEvent } from '@varve/core/compactor';
import { PowerLost, type Gate } from '../disk/gate.ts';
import { simStore } from '../disk/sim-store.ts';
import { Gone, type Process } from '../world/process.ts';
import { isDamage } from './damage.ts';
import { COMPACTORS } from './machines.ts';
import type { MergeStep } from './script.ts';
import type { Simulation } from './simulation.ts';
import { Wrong } from './wrong.ts';

interface Life {
  readonly process: Process;
  readonly gate: Gate;
  readonly compactor: Compactor;
}

export class Mergers {
  readonly #simulation: Simulation;
  readonly #lives = new Map<number, Life>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  async take(step: MergeStep): Promise<void> {
    if (step.do === 'endCompactor') return this.#end(step.by);
    if (step.do === 'stopCompactor') return this.#stop(step.by, step.ms);
    const life = this.#open(step.by);
    life.gate.rates = this.#simulation.rates;
    try {
      const outcome = await life.process.outside(life.compactor.runOnce());
      this.#simulation.trace.note('merged', step.by, outcome === undefined ? 0 : outcome === 'merged' ? 2 : 1);
    } catch (error) {
      this.#expectOfTheWorld(life.gate, error);
    }
  }

  /** In the end: what they had asked for may still happen. */
  end(): void {
    for (const by of [...this.#lives.keys()]) this.#end(by);
  }

  #end(by: number): void {
    const life = this.#lives.get(by);
    this.#lives.delete(by);
    life?.process.die();
    life?.gate.abandon(true);
  }

  #stop(by: number, ms: number): void {
    const process = this.#lives.get(by)?.process;
    process?.stop();
    if (process !== undefined) this.#simulation.world.after(ms, () => process.goOn());
  }

  #open(by: number): Life {
    const known = this.#lives.get(by);
    if (known?.process.alive === true) return known;
    const { script, disk, memories } = this.#simulation;
    const { process, gate } = this.#simulation.startProcess(COMPACTORS[by % 2]);
    const { manner, memoryBudgetBytes } = script.settings;
    const compactor = openCompactor(simStore(disk, gate, manner), {
      ...{ memoryBudgetBytes, clock: process.clock, turns: process.turns, newMemory: memories.take },
      random: seededRandom(script.seed + 104_729 * process.number),
      onEvent: (event: CompactorEvent) => {
        if (event.kind === 'failed') this.#noteUnexpected(gate, event.error);
      },
    });
    const life = { process, gate, compactor };
    this.#lives.set(by, life);
    return life;
  }

  #noteUnexpected(gate: Gate, error: unknown): void {
    try {
      this.#expectOfTheWorld(gate, error);
    } catch (wrong) {
      this.#simulation.noteWrong(wrong);
    }
  }

  /** No disk, no room, damage where bits were turned over. */
  #expectOfTheWorld(gate: Gate, error: unknown): void {
    if (error instanceof Gone || error instanceof PowerLost) return;
    const isDamaged = error instanceof StorageError && isDamage(error.code);
    if (error instanceof StorageError && (!isDamaged || gate.rotten > 0)) return;
    throw new Wrong(`a compactor failed: ${String(error)}`, { cause: error });
  }
}
