// Tests in browsers, which are the system's packages (Debian: apt). Where they are missing and may be installed, they are; where not, that is a failed
// step, unless `--no-browsers` switched them off.

import { existsSync } from 'node:fs';
import { run } from './commands.mjs';
import { reportedRun } from './test-report.mjs';

const PACKAGES = ['chromium', 'firefox-esr', 'webkit2gtk-driver', 'xvfb', 'xauth'];
const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/firefox-esr', '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser', '/usr/bin/xvfb-run'];
const INSTALL_TIMEOUT_MS = 10 * 60_000;
const TIMEOUT_MS = 10 * 60_000;

/** @type {import('./steps.mjs').Step} */
export const installBrowsers = { name: 'browsers', run: install };

const tests = (/** @type {string} */ browser) => ({ name: `tests in ${browser}`, run: () => testIn(browser) });
const pages = (/** @type {string} */ browser) => ({ name: `pages in ${browser}`, run: () => testPages(browser) });

/** One after the other: each takes both cores, and two at once take as long and miss their patience. */
/** @type {import('./steps.mjs').Step[]} */
export const browserSteps = [installBrowsers, tests('chromium'), tests('firefox'), tests('webkit'), pages('chromium'), pages('firefox')];

const missing = () => PROGRAMS.filter((program) => !existsSync(program));

/** @returns {Promise<import('./steps.mjs').StepResult>} */
async function install() {
  if (missing().length === 0) return { ok: true, output: '', note: 'there' };
  const apt = `apt-get install -y ${PACKAGES.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return { ok: false, output: `missing: ${missing().join(', ')}\ninstall them (${apt}), or leave them out: npm test -- --no-browsers` };
  }
  const update = await run('apt-get', ['update'], { timeoutMs: INSTALL_TIMEOUT_MS });
  const installed = await run('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES], { timeoutMs: INSTALL_TIMEOUT_MS });
  return { ok: missing().length === 0, output: `${update.output}\n${installed.output}`, note: 'installed' };
}

/**
 * Vitest in one browser.
 * @param {string} browser
 * @param {{ files?: string[], env?: Record<string, string>, timeoutMs?: number }} [options] default: what runs there every time
 */
export function testIn(browser, { files = [], env = {}, timeoutMs = TIMEOUT_MS } = {}) {
  const vitest = ['node', 'node_modules/vitest/vitest.mjs', 'run', '-c', 'vitest.browser.config.ts', ...files];
  return reportedRun(`browser-${browser}`, 'xvfb-run', ['-a', ...vitest], { timeoutMs, env: { ...env, VARVE_BROWSER: browser } });
}

/**
 * Tabs that share a database, and the playground.
 * @param {string} browser
 */
async function testPages(browser) {
  const projects = ['--project', browser, '--project', `playground-${browser}`];
  const args = ['node_modules/@playwright/test/cli.js', 'test', ...projects, '--reporter', 'list'];
  const { ok, output } = await run('node', args, { timeoutMs: TIMEOUT_MS });
  const count = (/** @type {string} */ word) => Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
  const [passed, failed] = [count('passed'), count('failed')];
  return { ok: ok && passed > 0, output, note: `${passed} passed, ${failed} failed`, passed, failed };
}
