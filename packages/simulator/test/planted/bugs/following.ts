// Mistakes of those who only read beside a writer.

import type { PlantedBug } from '../bug.ts';

const READER = 'packages/core/src/reader/reader-engine.ts';

export const followingBugs: readonly PlantedBug[] = [
  {
    name: 'reader-stays',
    mistake: 'a reader stays at the first state that it has seen',
    file: READER,
    find: '    if (state.number === this.#moment.state.number) return;\n',
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
];
