// The playground as a person uses it, in the build that `npm start` opens.

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type BrowserContext, type Page } from '@playwright/test';
import sirv from 'sirv';
import { test } from '../../../../scripts/browsers/profile.ts';

/** Pictures to look at, when a folder is named. */
const PICTURES = process.env['VARVE_PICTURES'];
const CLI = 'packages/cli/src/bin.ts';

async function visit(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  await page.goto('/');
  await expect(page.getByText(/^open after/)).toBeVisible();
  expect(said).toEqual([]);
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

async function put(page: Page, key: string, value: string): Promise<void> {
  await page.getByLabel('Key').fill(key);
  await page.getByLabel('Value').fill(value);
  await page.getByRole('button', { name: 'Put' }).click();
  await expect(page.getByText(/Acknowledged after/)).toBeVisible();
}

/** Firefox tells nobody of its downloads through the protocol that it is driven by: there the page's file is taken where the page hands it over. */
async function saveAs(page: Page, file: string, isSilent: boolean): Promise<void> {
  const save = page.getByRole('button', { name: 'Save as a file' });
  if (!isSilent) {
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    expect(download.suggestedFilename()).toBe('playground.tar');
    return download.saveAs(file);
  }
  await page.evaluate(() => {
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob: Blob) => make(((globalThis as unknown as { saved: Blob }).saved = blob));
  });
  await save.click();
  await expect(page.getByText(/^Saved /)).toBeVisible();
  const bytes = await page.evaluate(async () => [...new Uint8Array(await (globalThis as unknown as { saved: Blob }).saved.arrayBuffer())]);
  writeFileSync(file, Uint8Array.from(bytes));
}

const entries = (page: Page) => page.getByRole('list', { name: 'Now, in every tab' });

test('loads the places, finds them as one types, and shows what is inside', async ({ profile }) => {
  const page = await visit(await profile.launch());
  await page.getByRole('button', { name: 'Load the places' }).click();
  await expect(page.getByText(/171,075 entries in [\d.]+ s/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('searchbox').pressSequentially('osl');
  await expect(page.getByText(/matches in [\d.]+ ms/)).toBeVisible();
  await expect(page.getByText('Oslo', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('Memtable')).toBeVisible();
  await expect(page.getByText(/^Level \d$/).first()).toBeVisible();
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [device, width] of [
      ['desktop', 1280],
      ['phone', 390],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${device} ${scheme}`).toBe(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
        `${device} ${scheme}`,
      ).toEqual([]);
      await picture(page, `${device}-${scheme}`);
    }
  }
});

test('is used from the keyboard alone', async ({ profile }) => {
  const page = await visit(await profile.launch());
  await page.getByLabel('Key').focus();
  await page.keyboard.type('a');
  await page.keyboard.press('Tab');
  await page.keyboard.type('1');
  await page.keyboard.press('Enter');
  await expect(entries(page).getByText('a', { exact: true })).toBeVisible();
  await expect(page.getByLabel('Key')).toBeFocused();
  await page.getByRole('button', { name: 'Delete a', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(entries(page).getByRole('listitem')).toHaveCount(0);
});

test('a snapshot stands still, the second tab follows, and a worker that ends is replaced', async ({ profile }) => {
  const context = await profile.launch();
  const [first, second] = [await visit(context), await visit(context)];
  await put(first, 'a', '1');
  await expect(entries(second)).toContainText('a');
  await first.getByRole('button', { name: 'Take a snapshot' }).click();
  const snapshot = first.getByRole('list', { name: 'In the snapshot' });
  await expect(snapshot.getByRole('listitem')).toHaveCount(1);
  await put(second, 'b', '2');
  await expect(entries(first).getByRole('listitem')).toHaveCount(2);
  await expect(snapshot.getByRole('listitem')).toHaveCount(1);
  await first.getByRole('button', { name: 'End the worker' }).click();
  await expect(first.getByText(/another one has opened the database/)).toBeVisible();
  await put(second, 'c', '3');
  await expect(entries(first).getByRole('listitem')).toHaveCount(3);
  await first.close();
  await put(second, 'd', '4');
  await expect(entries(second).getByRole('listitem')).toHaveCount(4);
});

test('is saved as a file that varve opens, and comes back from it in every tab', async ({ profile }, { project }) => {
  const context = await profile.launch();
  const [first, second] = [await visit(context), await visit(context)];
  await put(first, 'kept', 'in the file');
  const file = join(profile.folder, 'playground.tar');
  await saveAs(first, file, project.name.endsWith('firefox'));
  const { stdout } = await promisify(execFile)('node', ['--conditions=source', CLI, file, 'get', 'kept']);
  expect(stdout).toBe('in the file\n');

  await put(first, 'later', 'not in the file');
  await second.getByLabel('Replace the database by a file').setInputFiles(file);
  await expect(second.getByText(/^Replaced by playground.tar/)).toBeVisible();
  for (const page of [first, second]) {
    await expect(entries(page)).toContainText('in the file');
    await expect(entries(page)).not.toContainText('later');
  }
  await first.getByRole('button', { name: 'Delete the database' }).click();
  await expect(first.getByText(/Deleted, and made anew/)).toBeVisible();
  await expect(entries(second).getByRole('listitem')).toHaveCount(0);
  await put(second, 'anew', '1');
  await expect(entries(first)).toContainText('anew');
});

test('a file that is no database is refused in words, and changes nothing', async ({ profile }) => {
  const page = await visit(await profile.launch());
  await put(page, 'a', '1');
  const wrong = { name: 'wrong.tar', mimeType: 'application/x-tar', buffer: Buffer.from('no archive') };
  await page.getByLabel('Replace the database by a file').setInputFiles(wrong);
  await expect(page.getByText(/no archive of a database/)).toBeVisible();
  await expect(entries(page)).toContainText('a');
});

test('opens a published database on a static host, and fetches little of it', async ({ profile }) => {
  const page = await visit(await profile.launch());
  const requests: string[] = [];
  page.on('request', (request) => void (request.url().includes('/sample/') && requests.push(request.url())));
  const found = page.getByRole('list', { name: 'Found there' });
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByText(/^Open, \d+ ms, \d+ requests$/)).toBeVisible();
  await page.getByLabel('Starting with').fill('reykjavik');
  await page.getByRole('button', { name: 'Scan' }).click();
  await expect(found.getByText('"country":"IS"').first()).toBeVisible();
  const key = await found.getByRole('listitem').first().locator('span').first().innerText();
  await page.getByLabel('Exactly').fill(key);
  await page.getByRole('button', { name: 'Get', exact: true }).click();
  await expect(page.getByText(/^There, \d+ ms, \d requests?$/)).toBeVisible();
  await expect(found.getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('Exactly').fill('nowhere/-1');
  await page.getByRole('button', { name: 'Get', exact: true }).click();
  await expect(page.getByText(/^Not there, /)).toBeVisible();
  const said = await page.getByText(/^Since it was opened: /).innerText();
  const [, asked, fetched, all] = /(\d+) requests, ([\d,]+) KB of ([\d,]+) KB/.exec(said)!.map((text) => Number(text.replaceAll(',', '')));
  expect(asked).toBe(requests.length);
  expect(all).toBeGreaterThan(3000);
  expect(fetched).toBeLessThan(all! / 10);
  await page.getByLabel('Starting with').fill('san ');
  await page.getByRole('button', { name: 'Scan' }).click();
  await expect(found.getByRole('listitem')).toHaveCount(20);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  await picture(page, 'open-url');
});

test('an address where nothing is published is refused in words', async ({ profile }) => {
  const page = await visit(await profile.launch());
  const address = page.getByLabel('Published at');
  await address.fill(`${await address.inputValue()}-that-is-not-there`);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByText(/Is the address right\?/)).toBeVisible();
  await expect(page.getByLabel('Starting with')).toHaveCount(0);
});

test('a host of another origin is read where it lets pages, and named where it does not', async ({ profile }) => {
  const files = sirv('packages/playground/dist/site/sample', { dev: true });
  let isOpen = true;
  const host = createServer((request, response) => {
    // Nothing is exposed: the page does not see Content-Range.
    if (isOpen) response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', 'range');
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else files(request, response, () => void response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  try {
    const page = await visit(await profile.launch());
    await page.getByLabel('Published at').fill(`http://127.0.0.1:${(host.address() as AddressInfo).port}`);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByLabel('Starting with').fill('oslo');
    await page.getByRole('button', { name: 'Scan' }).click();
    await expect(page.getByRole('list', { name: 'Found there' }).getByText('"country":"NO"').first()).toBeVisible();
    isOpen = false;
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(page.getByText(/set its CORS headers/)).toBeVisible();
  } finally {
    host.closeAllConnections();
    host.close();
  }
});
