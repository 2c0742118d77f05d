// A whole engine in memory, on a page and in a worker.

import { describeEngine } from './engine-test-kit.ts';

describeEngine('memory', 'page');
describeEngine('memory', 'a dedicated worker');
