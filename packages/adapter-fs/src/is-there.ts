// Whether something stands at a path. `existsSync` says no to every error, and a writer that asks whether it was superseded must not take a failing
// disk for a no. So the question is a `stat`, which costs the same, but on Deno, where asking for what is missing takes 18 us instead of 0.7:
// there the hot question stays the coarse one.

import { existsSync, statSync, type StatSyncOptions } from 'node:fs';

const QUIET: StatSyncOptions = { throwIfNoEntry: false };

/** True when something stands there. Throws where the system cannot tell (on Deno: false). */
export const isThere: (path: string) => boolean = 'deno' in process.versions ? existsSync : (path) => statSync(path, QUIET) !== undefined;
