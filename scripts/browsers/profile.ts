// A browser with a profile of its own on disk, which outlives the browser's process.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, firefox, test as base, type BrowserContext } from '@playwright/test';
import { CHROMIUM, FIREFOX } from './launching.ts';

export interface Profile {
  /** Starts the browser. */
  launch(): Promise<BrowserContext>;
  /** Ends the browser's processes at once, as by SIGKILL. */
  kill(): void;
  readonly folder: string;
}

export const test = base.extend<{ profile: Profile }>({
  profile: async ({ baseURL }, use, { project }) => {
    const site = baseURL === undefined ? {} : { baseURL };
    const folder = mkdtempSync(join(tmpdir(), 'varve-profile-'));
    let context: BrowserContext | undefined;
    await use({
      folder,
      async launch() {
        context = project.name.endsWith('firefox')
          ? await firefox.launchPersistentContext(folder, { ...site, ...FIREFOX })
          : await chromium.launchPersistentContext(folder, { ...site, ...CHROMIUM });
        return context;
      },
      kill: () => killProcessesOf(folder),
    });
    await context?.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  },
});

/** All processes whose arguments name the profile: those of this test. */
function killProcessesOf(folder: string): void {
  try {
    execFileSync('pkill', ['-9', '-f', '--', folder]);
  } catch {
    // None is left.
  }
}
