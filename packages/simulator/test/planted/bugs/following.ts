// Mistakes of those who only read beside a writer.

import type { PlantedBug } from '../bug.ts';

const READER = 'packages/core/src/reader/reader-engine.ts';
const FOLLOWER = 'packages/core/src/reader/log-follower.ts';

export const followingBugs: readonly PlantedBug[] = [
  {
    name: 'reader-stays',
    mistake: 'a reader stays at the first state that it has seen',
    file: READER,
    find: '    if (state.number <= this.#moment.state.number) return;\n',
    replace: '    if (this.#moment.state.number > 0) return;\n',
    caughtBy: { followed: 4 },
  },
  {
    name: 'reader-level0-upside-down',
    mistake: 'a reader lets older SSTs of L0 win',
    file: READER,
    find: 'const runs = [...level0.map((info) => [sst(info)])',
    replace: 'const runs = [...level0.map((info) => [sst(info)]).reverse()',
    caughtBy: { followed: 4 },
  },
  {
    name: 'reader-told-of-damage',
    mistake: 'an object that was merged away is damage to a reader',
    file: READER,
    find: '    if (object === undefined || [...version.ssts()]',
    replace: '    if (object !== undefined || [...version.ssts()]',
    caughtBy: { followed: 4 },
  },
  {
    name: 'reader-holds-no-view',
    mistake: 'a scan that waits does not hold the view that it reads from',
    file: READER,
    find: '    moment.view.pin();\n    return this.#pins.pin(owner, moment, warning, () => moment.view.unpin());\n',
    replace: '    return this.#pins.pin(owner, moment, warning);\n',
    caughtBy: { test: 'packages/core/test/reader/reader.test.ts' },
  },
  {
    name: 'manifests-before-the-log',
    rule: 13,
    mistake: 'a reader asks for the manifests first and for the log afterwards',
    file: READER,
    find: '    await this.#log?.list(this.#moment.state.logPosition);\n    const newest = await this.#newest();\n',
    replace: '    const newest = await this.#newest();\n    await this.#log?.list(this.#moment.state.logPosition);\n',
    caughtBy: { test: 'packages/core/test/reader/log-reader-takeover.test.ts' },
  },
  {
    name: 'last-object-shown',
    rule: 13,
    mistake: 'a reader shows the last object of a term while the next one is about to say whether it counts',
    file: FOLLOWER,
    find: 'const sure = isDecided ? pieces : pieces.slice(0, -1);',
    replace: 'const sure = pieces;',
    caughtBy: { test: 'packages/core/test/reader/log-reader-takeover.test.ts' },
  },
  {
    name: 'late-fence-binds-reader',
    rule: 13,
    mistake: 'a fence whose writer was overtaken ends a segment for a reader',
    file: FOLLOWER,
    find: 'of segmentLimits(this.#sureHeads(pieces, state))',
    replace: 'of segmentLimits(this.#heads.known)',
    caughtBy: { test: 'packages/core/test/reader/log-reader-takeover.test.ts' },
  },
  {
    name: 'fence-ignored-by-reader',
    rule: 13,
    mistake: 'a reader takes in what an overtaken writer appended beyond the fence',
    file: 'packages/core/src/reader/segment-limits.ts',
    find: 'limits.set(segment, ends.get(segment) ?? 0);',
    replace: 'limits.set(segment, ends.has(segment) ? 2 ** 52 : 0);',
    caughtBy: { followedLog: 1 },
  },
  {
    name: 'log-objects-missed',
    mistake: 'a reader goes on behind objects of the log that its list has left out',
    file: FOLLOWER,
    find: '    if (limit < Infinity && this.#place.end < limit) throw this.#missing();\n',
    replace: '',
    caughtBy: { test: 'packages/core/test/reader/log-reader-limits.test.ts' },
  },
  {
    name: 'log-cut-off-is-damage',
    mistake: 'an object of the log that was deleted while a reader looked is damage',
    file: FOLLOWER,
    find: 'const isDamage = this.#gap === gap;',
    replace: 'const isDamage = true;',
    caughtBy: { followedLog: 1 },
  },
  {
    name: 'flushed-memtables-kept',
    mistake: 'memtables of a reader are never let go of',
    file: READER,
    find: '    this.#log?.keepFrom(state.logPosition);\n',
    replace: '',
    caughtBy: { test: 'packages/core/test/reader/log-reader-limits.test.ts' },
  },
  {
    name: 'memtable-of-reader-not-held',
    mistake: 'a memtable of a reader is used again while it still takes in the log',
    file: 'packages/core/src/reader/log-memory.ts',
    find: '    memtable.pins++;\n',
    replace: '',
    caughtBy: { test: 'packages/core/test/reader/log-reader-limits.test.ts' },
  },
];
