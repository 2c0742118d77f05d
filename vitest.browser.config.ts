// Tests in real browsers: files named `*.browser.test.ts`. Browsers are the system's packages, never downloaded. `VARVE_BROWSER` names one of them.

import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { webkitgtk } from './scripts/browsers/webkitgtk.ts';

const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Firefox asks before it promises to keep what is stored. */
const FIREFOX_PREFERENCES = { 'dom.storageManager.prompt.testing': true, 'dom.storageManager.prompt.testing.allow': true };

const chromium = playwright({ launchOptions: { executablePath: '/usr/bin/chromium', args: CHROMIUM_ARGUMENTS } });
const firefox = playwright({
  launchOptions: { channel: 'moz-firefox', executablePath: '/usr/bin/firefox-esr', firefoxUserPrefs: FIREFOX_PREFERENCES },
});

/** What tape and abstract-level's tests import of Node. The product imports nothing of the kind: packages/level/test/bundle.test.ts. */
const NODE_FOR_TESTS = { path: 'path-browserify', stream: 'stream-browserify' };

type BrowserOptions = NonNullable<NonNullable<TestProjectInlineConfiguration['test']>['browser']>;

function project(name: string, browser: Partial<BrowserOptions>): TestProjectInlineConfiguration {
  return {
    resolve: { conditions: ['source', 'module', 'browser', 'development|production'], alias: NODE_FOR_TESTS },
    optimizeDeps: { entries: ['packages/*/test/**/*.browser.test.ts'] },
    test: {
      name,
      include: ['packages/*/test/**/*.browser.test.ts'],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      browser: { enabled: true, screenshotFailures: false, ...browser } as BrowserOptions,
    },
  };
}

// Without its surroundings Vitest wants to set the size of the window, which MiniBrowser cannot be told.
const projects = {
  chromium: project('chromium', { headless: true, provider: chromium, instances: [{ browser: 'chromium' }] }),
  firefox: project('firefox', { headless: true, provider: firefox, instances: [{ browser: 'firefox' }] }),
  webkit: project('webkit', { headless: false, ui: true, provider: webkitgtk(), instances: [{ browser: 'webkit' }] }),
};
const wanted = process.env['VARVE_BROWSER'] as keyof typeof projects | undefined;

export default defineConfig({ test: { projects: wanted === undefined ? Object.values(projects) : [projects[wanted]] } });
