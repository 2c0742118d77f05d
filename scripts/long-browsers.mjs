// `npm run browsers:long`: in every browser, also what takes minutes where `npm test` has none to spare: abstract-level's suite on every place, a thousand
// databases each, engines on all places and all kernels in WebKitGTK. `npm run browsers:long -- firefox` takes one browser.

import { installBrowsers, testIn } from './browsers.mjs';
import { buildSteps } from './build.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';

const TIMEOUT_MS = 60 * 60_000;
const asked = process.argv.slice(2);
const browsers = asked.length > 0 ? asked : ['chromium', 'firefox', 'webkit'];
const FILES = ['packages/level/test/browser', 'packages/browser/test/engine', 'packages/core/src', 'packages/wasm-kernels/src'];
const options = { files: FILES, env: { VARVE_LONG: '1' }, timeoutMs: TIMEOUT_MS };

await setUp();
const { failed } = await runSteps([
  ...buildSteps,
  installBrowsers,
  ...browsers.map((browser) => ({ name: `long in ${browser}`, run: () => testIn(browser, options) })),
]);
process.exitCode = failed ? 1 : 0;
