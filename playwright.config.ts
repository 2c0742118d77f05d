// Real browsers with real tabs: what Vitest's one page cannot show; and the playground, as it is built. Browsers are the system's packages, never
// downloaded. `--project` names one of them.

import { defineConfig } from '@playwright/test';

const SITE = 'http://localhost:5199';
const PLAYGROUND = 'http://localhost:5198';
const VITE = 'node node_modules/vite/bin/vite.js';

export default defineConfig({
  outputDir: '.tmp/pages',
  testMatch: '*.pages.ts',
  timeout: 120_000,
  workers: 1,
  reporter: [['list'], ['json', { outputFile: '.tmp/reports/pages.json' }]],
  projects: ['chromium', 'firefox'].flatMap((name) => [
    { name, testDir: 'packages/browser/test/pages', use: { baseURL: SITE } },
    { name: `playground-${name}`, testDir: 'packages/playground/test/pages', use: { baseURL: PLAYGROUND } },
  ]),
  webServer: [
    {
      command: `${VITE} --config packages/browser/test/pages/site/vite.config.ts --port 5199 --strictPort`,
      url: SITE,
      reuseExistingServer: false,
    },
    {
      command: `${VITE} build --config packages/playground/vite.config.ts && ${VITE} preview --config packages/playground/vite.config.ts --port 5198 --strictPort`,
      url: PLAYGROUND,
      reuseExistingServer: false,
    },
  ],
});
