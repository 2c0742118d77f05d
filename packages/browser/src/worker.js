// The file that a page starts as its worker. What is published in its place is one file with all that it imports (scripts/build-worker.mjs): import maps do
// not reach into workers (https://github.com/WICG/import-maps/issues/2), so without a bundler nothing there can be imported by name.

import './host/worker.ts';
