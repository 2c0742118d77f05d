// What runs in the worker of a browser.

import { browserBackEnds } from './browser-back-ends.ts';
import { serveDatabase } from './serve-database.ts';

serveDatabase(self as unknown as DedicatedWorkerGlobalScope, globalThis, browserBackEnds);
