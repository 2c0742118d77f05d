// All scenarios, in the order in which they run.

import { check } from './check.ts';
import { crash } from './crash.ts';
import { defaults } from './defaults.ts';
import { eventLoop } from './event-loop.ts';
import { large } from './large.ts';
import { load } from './load.ts';
import { scaling } from './scaling.ts';
import type { Scenario } from './scenario.ts';
import { bufferedPuts, syncedPuts } from './single-puts.ts';

/** Those that run unless others are asked for. */
export const usualScenarios: readonly Scenario[] = [load, defaults, bufferedPuts, syncedPuts, crash, eventLoop, scaling];

export const scenarios: readonly Scenario[] = [...usualScenarios, large, check];
