// Every bug that is planted, and what catches it.

import type { PlantedBug } from './bug.ts';

export const bugs: readonly PlantedBug[] = [
  {
    name: 'sync-not-awaited',
    mistake: 'a synced write is acknowledged when its sync has begun',
    file: 'packages/core/src/write/log-pipeline.ts',
    find: '    const end = this.#appended;\n    this.#log.sync().then(',
    replace: '    const end = this.#appended;\n    this.#synced = end;\n    this.#log.sync().then(',
    caughtBy: { from: 1 },
  },
  {
    name: 'no-look-after-append',
    rule: 4,
    mistake: 'a write is acknowledged without looking for a newer manifest',
    file: 'packages/core/src/write/log-pipeline.ts',
    find: 'if (overtaken) throw fenced();\n      this.#appended += length;',
    replace: 'void overtaken;\n      this.#appended += length;',
    caughtBy: { from: 1 },
  },
  {
    name: 'tombstones-dropped-early',
    mistake: 'a merge drops tombstones that still hide something below',
    file: 'packages/wasm-kernels/assembly/merge-visibility.ts',
    find: '  if (!load<u32>(merge, MERGE_BOTTOM)) return false;\n',
    replace: '',
    caughtBy: { from: 1 },
  },
];
