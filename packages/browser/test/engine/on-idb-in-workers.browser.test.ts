// A whole engine in IndexedDB, in every kind of worker. How long a worker lives and whose locks it sees differs between them, so shared and service workers
// take what opens again, is taken over and lives long; the rest is the same code on the same IndexedDB as in a dedicated one.

import { describeEngine } from './engine-test-kit.ts';

const LONG_LIVES = ['reopen', 'lives'];

describeEngine('idb', 'a dedicated worker');
describeEngine('idb', 'a shared worker', LONG_LIVES);
describeEngine('idb', 'a service worker', LONG_LIVES);
