// Every bug that is planted, and what catches it.

import type { PlantedBug } from './bug.ts';
import { cloningBugs } from './bugs/cloning.ts';
import { compactorBugs } from './bugs/compactors.ts';
import { fileBugs } from './bugs/files.ts';
import { keepingBugs } from './bugs/keeping.ts';
import { followingBugs } from './bugs/following.ts';
import { kernelBugs } from './bugs/kernels.ts';
import { mergingBugs } from './bugs/merging.ts';
import { openingBugs } from './bugs/opening.ts';
import { readingBugs } from './bugs/reading.ts';
import { tabBugs } from './bugs/tabs.ts';
import { writingBugs } from './bugs/writing.ts';

export const bugs: readonly PlantedBug[] = [
  ...openingBugs,
  ...writingBugs,
  ...mergingBugs,
  ...readingBugs,
  ...followingBugs,
  ...keepingBugs,
  ...compactorBugs,
  ...cloningBugs,
  ...kernelBugs,
  ...fileBugs,
  ...tabBugs,
];
