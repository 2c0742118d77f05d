// `npm run level:browsers`: abstract-level's suite on every place of every browser, a thousand databases each, which takes minutes where `npm test` has
// none to spare. `npm run level:browsers -- firefox` takes one browser.

import { installStep, testIn } from './browsers.mjs';
import { buildSteps } from './build.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';

const TIMEOUT_MS = 60 * 60_000;

const asked = process.argv.slice(2);
const browsers = asked.length > 0 ? asked : ['chromium', 'firefox', 'webkit'];
const options = { files: ['packages/level/test/browser'], env: { VARVE_LONG: '1' }, timeoutMs: TIMEOUT_MS };

await setUp();
const { failed } = await runSteps([
  ...buildSteps,
  installStep,
  ...browsers.map((browser) => ({ name: `level in ${browser}`, run: () => testIn(browser, options) })),
]);
process.exitCode = failed ? 1 : 0;
