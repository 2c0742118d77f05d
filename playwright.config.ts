// Real browsers with real tabs: what Vitest's one page cannot show. Browsers are the system's packages, never downloaded. `--project` names one of them.

import { defineConfig } from '@playwright/test';

const PORT = 5199;

export default defineConfig({
  testDir: 'packages/browser/test/pages',
  testMatch: '*.pages.ts',
  outputDir: '.tmp/pages',
  timeout: 120_000,
  workers: 1,
  reporter: [['list'], ['json', { outputFile: '.tmp/reports/pages.json' }]],
  use: { baseURL: `http://localhost:${PORT}` },
  projects: [{ name: 'chromium' }, { name: 'firefox' }],
  webServer: {
    command: `node node_modules/vite/bin/vite.js --config packages/browser/test/pages/site/vite.config.ts --port ${PORT} --strictPort`,
    url: `http://localhost:${PORT}`,
    reuseExistingServer: false,
  },
});
