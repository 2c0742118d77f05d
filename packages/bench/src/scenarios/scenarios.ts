// All scenarios, in the order in which they run.

import { crash } from './crash.ts';
import { eventLoop } from './event-loop.ts';
import { large } from './large.ts';
import { load } from './load.ts';
import { scaling } from './scaling.ts';
import type { Scenario } from './scenario.ts';
import { bufferedPuts, syncedPuts } from './single-puts.ts';

export const scenarios: readonly Scenario[] = [load, bufferedPuts, syncedPuts, crash, eventLoop, scaling, large];
