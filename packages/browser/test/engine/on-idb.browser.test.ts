// A whole engine in IndexedDB, on a page.

import { describeEngine } from './engine-test-kit.ts';

describeEngine('idb', 'page');
