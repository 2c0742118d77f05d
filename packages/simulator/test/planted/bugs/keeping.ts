// Mistakes in keeping what somebody elsewhere needs: pins, the floor, what stays for a while (docs/PROTOCOL.md, rule 12).

import type { PlantedBug } from '../bug.ts';

const COLLECTOR = 'packages/core/src/gc/collector.ts';
const OBJECT_GC = 'packages/core/src/gc/object-gc.ts';
const CHECKPOINTS = 'packages/core/test/checkpoint/checkpoint.test.ts';
const RETAINED = 'packages/core/test/checkpoint/retained.test.ts';

export const keepingBugs: readonly PlantedBug[] = [
  {
    name: 'pins-not-looked-for',
    rule: 12,
    mistake: 'what a merge has replaced is deleted though it is pinned',
    file: COLLECTOR,
    find: 'if (isPinned(id)) this.#kept.set(text, id);',
    replace: 'if (isPinned(id) && this.#kept.size < 0) this.#kept.set(text, id);',
    caughtBy: { test: CHECKPOINTS },
  },
  {
    name: 'pins-not-looked-for-at-open',
    rule: 12,
    mistake: 'the next writer deletes what is pinned',
    file: OBJECT_GC,
    find: 'isOver(id, state) && !isPinned(id);',
    replace: 'isOver(id, state) && isPinned !== undefined;',
    caughtBy: { test: CHECKPOINTS },
  },
  {
    name: 'pin-comes-late',
    rule: 12,
    mistake: 'a pin is not compared with the floor',
    file: 'packages/core/src/copy/place-pin.ts',
    find: ' && newest.floor <= state.number;',
    replace: ';',
    caughtBy: { test: CHECKPOINTS },
  },
  {
    name: 'pin-that-is-over-counts-no-more',
    rule: 12,
    mistake: 'a pin whose time is over does not count while it is there',
    file: 'packages/core/src/gc/pinned.ts',
    find: '      yield* io(this.#parts.store, (door) => door.delete(over));\n',
    replace:
      '      yield* io(this.#parts.store, (door) => door.delete(over));\n      for (const object of over) this.#known.delete(object);\n      break;\n',
    caughtBy: { test: 'packages/core/src/gc/pinned.test.ts' },
  },
  {
    name: 'pin-gone-is-forgotten',
    rule: 12,
    mistake: 'a pin that goes while it is looked for is passed over, and the one that rests on it is not seen',
    file: 'packages/core/src/gc/pinned.ts',
    find: '    if (found.length < unknown.length) return undefined;\n',
    replace: '',
    caughtBy: { test: 'packages/core/src/gc/pinned.test.ts' },
  },
  {
    name: 'state-after-the-pins',
    rule: 12,
    mistake: 'at open it is looked for pins first, and for what is garbage afterwards',
    file: OBJECT_GC,
    find: 'const garbage = findGarbage(names, state, isPinned, used);',
    replace: 'const garbage = findGarbage(names, current(), isPinned, used);',
    caughtBy: { test: 'packages/core/src/gc/object-gc.test.ts' },
  },
  {
    name: 'copy-not-claimed',
    rule: 12,
    mistake: 'an update of a copy writes SSTs under ids that whoever opens the copy gives to theirs',
    file: 'packages/core/src/copy/update-copy.ts',
    find: 'term: Math.max(term, this.#image.state.term),',
    replace: 'term,',
    caughtBy: { test: 'packages/core/test/copy-again.test.ts' },
  },
  {
    name: 'floor-stays',
    rule: 12,
    mistake: 'the floor never rises',
    file: 'packages/core/src/db/engine.ts',
    find: 'const floor = this.maintenance.collector.floorWith(some);',
    replace: 'const floor = this.maintenance.collector.floorWith(some) && undefined;',
    caughtBy: { test: RETAINED },
  },
  {
    name: 'floor-not-waited-for',
    rule: 12,
    mistake: 'what was replaced goes before the floor has risen',
    file: COLLECTOR,
    find: '.filter(([text]) => !spared.has(text))',
    replace: '.filter(([text]) => !spared.has(text) || spared.size > 0)',
    caughtBy: { test: RETAINED },
  },
  {
    name: 'retired-is-garbage-at-open',
    rule: 12,
    mistake: 'the next writer deletes what readers may still need',
    file: OBJECT_GC,
    find: '[...state.version.ssts(), ...state.retired]',
    replace: '[...state.version.ssts()]',
    caughtBy: { test: RETAINED },
  },
  {
    name: 'retired-is-forgotten',
    rule: 12,
    mistake: 'the next writer never deletes what the one before kept for readers',
    file: COLLECTOR,
    find: '    for (const { id } of state.retired) this.#unused.set(idText(id), id);\n',
    replace: '',
    caughtBy: { test: 'packages/core/src/gc/collector.test.ts' },
  },
  {
    name: 'clone-before-its-pin',
    rule: 12,
    mistake: 'of a checkpoint that is deleted while it is cloned a clone is made',
    file: 'packages/core/src/copy/clone.ts',
    find: 'async () => store.has(first.object)',
    replace: 'async () => first.object.length > 0',
    caughtBy: { test: 'packages/core/test/checkpoint/clone.test.ts' },
  },
];
