// Real browsers with real tabs: what Vitest's one page cannot show; and the playground, as it is built. Browsers are the system's packages, never
// downloaded. `--project` names one of them.

import { defineConfig } from '@playwright/test';

const SITE = 'http://localhost:5199';
const PLAYGROUND = 'http://localhost:5198';
const VITE = 'node node_modules/vite/bin/vite.js';

/** A site as its users get it. */
function built(config: string, url: string) {
  const command = `${VITE} build --config ${config} && ${VITE} preview --config ${config} --port ${new URL(url).port} --strictPort`;
  return { command, url, reuseExistingServer: false, timeout: 180_000 };
}

export default defineConfig({
  outputDir: '.tmp/pages',
  testMatch: '*.pages.ts',
  timeout: 120_000,
  expect: { timeout: 60_000 },
  workers: 1,
  reporter: [['list'], ['json', { outputFile: '.tmp/reports/pages.json' }]],
  projects: ['chromium', 'firefox'].flatMap((name) => [
    { name, testDir: 'packages/browser/test/pages', use: { baseURL: SITE } },
    { name: `playground-${name}`, testDir: 'packages/playground/test/pages', use: { baseURL: PLAYGROUND } },
  ]),
  webServer: [built('packages/browser/test/pages/site/vite.config.ts', SITE), built('packages/playground/vite.config.ts', PLAYGROUND)],
});
