// For tests: a tree of levels whose SSTs are lists of versions, and merges that treat them as the kernels do. What a read of it finds has to be the newest
// write, whatever was merged in which order.

import type { SstInfo } from '../format/sst-info.ts';
import { numberedKey, sstInfo } from '../version/version-test-kit.ts';
import { Version } from '../version/version.ts';
import type { CompactionPlan } from './planner.ts';

/** One version of a key; newer ones have larger epochs. */
export interface TreeEntry {
  readonly key: number;
  readonly epoch: number;
  readonly deleted: boolean;
}

const BYTES_AN_ENTRY = 10;

export class Tree {
  version = Version.empty;
  readonly #entries = new Map<SstInfo, ReadonlyMap<number, TreeEntry>>();
  #counter = 0;

  /** A flush: the newest SST of L0. */
  add(entries: readonly TreeEntry[]): void {
    this.version = this.version.apply({ removed: [], added: [{ level: 0, sst: this.#sst(entries) }] });
  }

  /** What a compaction would install. Like a job it may be computed long before that. */
  run(plan: CompactionPlan, entriesAnSst: number): () => void {
    const inputs = [...plan.inputs, ...plan.below];
    const made = plan.move ? plan.inputs : this.#merge(inputs, plan.bottom, entriesAnSst);
    const removed = (plan.move ? plan.inputs : inputs).map(({ id }) => id);
    return () => {
      this.version = this.version.apply({ removed, added: made.map((sst) => ({ level: plan.outputLevel, sst })) });
    };
  }

  /** What a read finds: the first version from L0's newest run downwards. */
  find(key: number): TreeEntry | undefined {
    for (const sst of this.version.ssts()) {
      const found = this.#entries.get(sst)!.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Levels whose SSTs are not in key order or share a key. */
  overlappingLevels(): number[] {
    const keysOf = (sst: SstInfo) => [...this.#entries.get(sst)!.keys()];
    return this.version.levels.flatMap((level, i) => {
      const keys = level.flatMap(keysOf);
      return i > 0 && keys.some((key, at) => at > 0 && key <= keys[at - 1]) ? [i] : [];
    });
  }

  #merge(inputs: readonly SstInfo[], bottom: boolean, entriesAnSst: number): SstInfo[] {
    const newest = new Map<number, TreeEntry>();
    for (const entry of inputs.flatMap((sst) => [...this.#entries.get(sst)!.values()])) {
      if (entry.epoch >= (newest.get(entry.key)?.epoch ?? 0)) newest.set(entry.key, entry);
    }
    const kept = [...newest.values()].filter((entry) => !(bottom && entry.deleted)).sort((a, b) => a.key - b.key);
    return Array.from({ length: Math.ceil(kept.length / entriesAnSst) }, (_, i) =>
      this.#sst(kept.slice(i * entriesAnSst, (i + 1) * entriesAnSst)),
    );
  }

  #sst(entries: readonly TreeEntry[]): SstInfo {
    const info = sstInfo(++this.#counter, entries[0].key, entries.at(-1)!.key, { dataBytes: entries.length * BYTES_AN_ENTRY });
    this.#entries.set(info, new Map(entries.map((entry) => [entry.key, entry])));
    return info;
  }
}

/** Every key of a stretch. */
export const everyKey = { lower: numberedKey(0), upper: numberedKey(9999) };
