// Mistakes that show where there are clones, or machines that are cut off from the store.

import type { PlantedBug } from '../bug.ts';

const PIPELINE = 'packages/core/src/write/log-pipeline.ts';

export const cloningBugs: readonly PlantedBug[] = [
  {
    name: 'pins-of-clones-ignored',
    rule: 12,
    mistake: 'what only a clone has pinned is deleted',
    file: 'packages/core/src/gc/pinned.ts',
    find: 'new Set([...there.values()].flatMap(({ ids }) => [...ids]))',
    replace: "new Set([...there].flatMap(([object, { ids }]) => (object.startsWith('pin/clone-') ? [] : [...ids])))",
    caughtBy: { cloned: 1 },
  },
  {
    name: 'clone-collects-its-parent',
    rule: 12,
    mistake: 'a clone deletes SSTs of its parent that its merges have replaced',
    file: 'packages/core/src/gc/collector.ts',
    find: '        yield* io(store, (door) => door.delete(names));\n',
    replace:
      '        for (const name of names) yield* io(name.startsWith(MANIFEST_PREFIX) ? store : catalog.storeOf(name), (door) => door.delete([name]));\n',
    caughtBy: { cloned: 1 },
  },
  {
    name: 'clone-in-the-term-of-its-parent',
    rule: 12,
    mistake: 'a clone looks for the SSTs of the last term of its parent in its own store',
    file: 'packages/core/src/version/ancestors.ts',
    find: 'term <= ancestor.term',
    replace: 'term < ancestor.term',
    caughtBy: { cloned: 1 },
  },
  {
    name: 'clone-of-what-was-flushed',
    mistake: 'a clone of an open database begins without what was not flushed',
    file: 'packages/core/src/copy/image-source.ts',
    find: '  await db.flush();\n',
    replace: '',
    caughtBy: { cloned: 1 },
  },
  {
    name: 'clone-lost-answer-as-lost-race',
    rule: 7,
    mistake: 'a clone whose manifest is there already is told as not made, although it is the one that was to be created, and its pin goes',
    file: 'packages/core/src/copy/restore.ts',
    find: 'if (there !== undefined && compareBytes(there, manifest) === 0) return;',
    replace: 'if (there !== undefined && compareBytes(there, manifest) > 1) return;',
    caughtBy: { cloned: 1 },
  },
  {
    name: 'slow-append-as-done',
    rule: 4,
    mistake: 'an append that has had no answer for a second counts as one that took place',
    file: PIPELINE,
    find: 'this.#appending = done.catch(',
    replace:
      'let waits = true;\n' +
      '      done.then(() => (waits = false), () => (waits = false));\n' +
      '      const given = this.#parts.turns.sleep(1000).then(() => { if (waits) { this.#appendedTo = to; this.#appended += length; this.#settle(); } });\n' +
      '      this.#appending = Promise.race([done, given]).catch(',
    caughtBy: { partitioned: 1 },
  },
];
