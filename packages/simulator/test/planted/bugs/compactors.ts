// Mistakes of merges that are done elsewhere: of who gives them out, and of who does them.

import type { PlantedBug } from '../bug.ts';

const BESIDE = { test: 'packages/core/test/remote/beside.test.ts' };
const RESULTS = { test: 'packages/core/test/remote/results.test.ts' };
const MISHAPS = { test: 'packages/core/test/remote/mishaps.test.ts' };
const OUT = 'packages/core/src/remote/plans-out.ts';
const ATTEMPT = 'packages/core/src/remote/attempt.ts';
const BOARD = 'packages/core/src/remote/plan-board.ts';

export const compactorBugs: readonly PlantedBug[] = [
  {
    name: 'ids-not-reserved',
    rule: 14,
    mistake: 'a plan names ids that its writer goes on to use itself',
    file: 'packages/core/src/remote/plan-out.ts',
    find: '  for (let i = 1; i < idsEach * ATTEMPTS; i++) merge.nextId();\n',
    replace: '',
    caughtBy: { merged: 1 },
  },
  {
    name: 'attempts-share-ids',
    rule: 14,
    mistake: 'all attempts at a plan write under the same ids',
    file: 'packages/core/src/remote/plan.ts',
    find: 'id.counter + (attempt - 1) * idsEach',
    replace: 'id.counter',
    caughtBy: RESULTS,
  },
  {
    name: 'claim-without-a-winner',
    rule: 14,
    mistake: 'whoever claims an attempt has it',
    file: ATTEMPT,
    find: 'decodeClaim(workshop, of, bytes) !== nonce',
    replace: 'decodeClaim(workshop, of, bytes) === nonce',
    caughtBy: BESIDE,
  },
  {
    name: 'result-unchecked',
    rule: 14,
    mistake: 'a result is committed whatever it says',
    file: OUT,
    find: '      checkResult(host.state.version, out.plan, attempt, result);\n',
    replace: '',
    caughtBy: RESULTS,
  },
  {
    name: 'plan-of-one-reader',
    rule: 14,
    mistake: 'a plan forgets all readers but one',
    file: 'packages/core/src/remote/plan-format.ts',
    find: 'readers: plan.readers.map(',
    replace: 'readers: plan.readers.slice(-1).map(',
    caughtBy: BESIDE,
  },
  {
    name: 'plan-at-the-bottom',
    mistake: 'a merge elsewhere ends tombstones that hide something below',
    file: 'packages/core/src/remote/plan-format.ts',
    find: 'bottom: plan.bottom,',
    replace: 'bottom: true,',
    caughtBy: { merged: 1 },
  },
  {
    name: 'resolved-as-damaged',
    mistake: 'inputs that are gone with their plan are damage to a compactor',
    file: ATTEMPT,
    find: 'error instanceof Resolved || !(await this.#isWanted(trace))',
    replace: 'error instanceof Resolved',
    caughtBy: { merged: 179 },
  },
  {
    name: 'dead-compactor-waited-for',
    mistake: 'nobody follows a compactor that is silent',
    file: BOARD,
    find: 'return isFree(trace) || this.#silence.msOf(trace) >= plan.silentMs;',
    replace: 'return isFree(trace);',
    caughtBy: MISHAPS,
  },
  {
    name: 'plans-of-the-dead-stay',
    mistake: 'plans of earlier terms are left where they are',
    file: 'packages/core/src/remote/plan-garbage.ts',
    find: 'if (isStale(trace)) ',
    replace: 'if (trace.planned && isStale(trace) && trace.attempt > 99) ',
    caughtBy: BESIDE,
  },
];
