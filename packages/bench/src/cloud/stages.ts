// The stages by name, and the parts of a run that they make up.

import { groupCommits } from './commits.ts';
import { bulkLoad, coldReads, coldScan, durablePuts } from './compared.ts';
import type { CloudBench } from './job.ts';
import { buildLarge, scanLimit, uncachedGets } from './large-database.ts';
import { countedLoad } from './loading.ts';
import { openings } from './opening.ts';
import { besideMerges, remoteLoad } from './remote-merges.ts';

export const stages: Readonly<Record<string, (bench: CloudBench) => Promise<void>>> = {
  bulkLoad,
  coldReads,
  coldScan,
  durablePuts,
  buildLarge,
  openings,
  uncachedGets,
  scanLimit,
  groupCommits,
  countedLoad,
  remoteLoad,
  besideMerges,
};
