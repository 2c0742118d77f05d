// What a user does with an example, in a real browser with a profile of its own: adds, reloads, opens a second tab, closes the first. Whatever the page or
// its worker complains about is a failure. Browsers are the system's packages, never downloaded.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, firefox } from 'playwright';

const TIMEOUT_MS = 60_000;
const CHROMIUM_ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** @typedef {import('playwright').BrowserContext} Context */
/** @typedef {import('playwright').Page} Page */
/** @typedef {{ page: number, worker: number }} Sizes bytes of scripts, each packed with gzip -9 */

/**
 * @param {string} browser
 * @param {string} url
 * @returns {Promise<Sizes>}
 */
export async function visit(browser, url) {
  const profile = mkdtempSync(join(tmpdir(), 'varve-profile-'));
  const context = await launch(browser, profile);
  const complaints = listen(context);
  try {
    const sizes = await use(context, url);
    if (complaints.length > 0) throw new Error('the page complains');
    return sizes;
  } catch (error) {
    throw new Error([/** @type {Error} */ (error).message, ...complaints].join('\n'), { cause: error });
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** @param {string} browser @param {string} profile */
function launch(browser, profile) {
  if (browser === 'firefox') {
    return firefox.launchPersistentContext(profile, { channel: 'moz-firefox', executablePath: '/usr/bin/firefox-esr' });
  }
  return chromium.launchPersistentContext(profile, { executablePath: '/usr/bin/chromium', args: CHROMIUM_ARGUMENTS });
}

/** @param {Context} context @param {string} url @returns {Promise<Sizes>} */
async function use(context, url) {
  context.setDefaultTimeout(TIMEOUT_MS);
  const first = await open(context, url);
  await add(first.page, 'Write an example');
  const ofLeader = [...first.scripts];
  await first.page.reload();
  await see(first.page, 'Write an example');

  const second = await open(context, url);
  await see(second.page, 'Write an example');
  const sizes = await sizesOf(ofLeader, [...second.scripts]);
  await add(second.page, 'Look at it');
  await see(first.page, 'Look at it');
  await row(first.page, 'Look at it').getByRole('checkbox').click();
  await second.page.locator('li:has(:checked)', { hasText: 'Look at it' }).waitFor();

  // Its worker goes with it: the second tab starts one of its own.
  await first.page.close();
  await add(second.page, 'Go on');
  await row(second.page, 'Look at it').getByRole('button').click();
  await row(second.page, 'Look at it').waitFor({ state: 'detached' });
  await second.page.reload();
  await see(second.page, 'Go on');
  return sizes;
}

/** @param {Context} context */
function listen(context) {
  /** @type {string[]} */
  const complaints = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => complaints.push(`error: ${error.error().stack}`));
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`status ${response.status()}: ${response.url()}`);
  });
  return complaints;
}

/**
 * A tab, and the addresses of the scripts that it has asked for.
 * @param {Context} context
 * @param {string} url
 */
async function open(context, url) {
  const page = await context.newPage();
  /** @type {Set<string>} */
  const scripts = new Set();
  page.on('response', (response) => {
    if (/javascript/.test(response.headers()['content-type'] ?? '')) scripts.add(response.url());
  });
  await page.goto(url);
  return { page, scripts };
}

/** @param {Page} page @param {string} title */
async function add(page, title) {
  await page.getByPlaceholder('What is to be done?').fill(title);
  await page.getByRole('button', { name: 'Add' }).click();
  await see(page, title);
}

/** @param {Page} page @param {string} title */
function row(page, title) {
  return page.locator('li', { hasText: title });
}

/** @param {Page} page @param {string} title */
function see(page, title) {
  return row(page, title).waitFor();
}

/**
 * The tab that leads loads the worker, the next one only the page.
 * @param {string[]} ofLeader addresses
 * @param {string[]} ofOther
 * @returns {Promise<Sizes>}
 */
async function sizesOf(ofLeader, ofOther) {
  return { page: await packed(ofOther), worker: await packed(ofLeader.filter((script) => !ofOther.includes(script))) };
}

/** @param {string[]} scripts */
async function packed(scripts) {
  let sum = 0;
  for (const script of scripts) sum += gzipSync(Buffer.from(await (await fetch(script)).arrayBuffer()), { level: 9 }).length;
  return sum;
}
