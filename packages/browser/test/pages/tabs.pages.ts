// Tabs of one browser that share a database.

import { expect, type Page } from '@playwright/test';
import { test } from '../../../../scripts/browsers/profile.ts';
import { newTab } from './site-tab.ts';

const put = (page: Page, key: string, value: string) =>
  page.evaluate(async ([k, v]) => void (await varve.open('app').put(k, v)), [key, value] as const);
const get = (page: Page, key: string) => page.evaluate((k) => varve.open('app').get(k), key);
const opened = (page: Page) => page.evaluate(() => varve.open('app').opened);

test('what one tab writes the other one reads', async ({ profile }) => {
  const context = await profile.launch();
  const [first, second] = [await newTab(context), await newTab(context)];
  expect(await opened(first)).toBe('opfs');
  expect(await opened(second)).toBe('another tab');
  await put(first, 'a', '1');
  expect(await get(second, 'a')).toBe('1');
  await put(second, 'b', '2');
  expect(await get(first, 'b')).toBe('2');
});

test('changes are told in every tab', async ({ profile }) => {
  const context = await profile.launch();
  const [first, second] = [await newTab(context), await newTab(context)];
  await opened(first);
  await second.evaluate(() => {
    const live = varve.open('app').live({ prefix: 'todo/' });
    live.subscribe(() => (document.querySelector('#state')!.textContent = JSON.stringify(live.getSnapshot())));
  });
  await expect(second.locator('#state')).toHaveText('[]');
  await put(first, 'todo/1', 'write');
  await expect(second.locator('#state')).toHaveText('[["todo/1","write"]]');
});

test('when the leading tab is closed another one goes on, with calls that were under way', async ({ profile }) => {
  const context = await profile.launch();
  const tabs = [await newTab(context), await newTab(context), await newTab(context)];
  expect(await opened(tabs[0])).toBe('opfs');
  await Promise.all(tabs.slice(1).map(opened));
  await put(tabs[0], 'a', '1');
  for (let round = 0; tabs.length > 1; round++) {
    const writing = put(tabs[1], `k${round}`, 'v');
    await tabs.shift()!.close();
    await writing;
    expect(await get(tabs[0], 'a')).toBe('1');
    expect(await get(tabs[0], `k${round}`)).toBe('v');
  }
});

test('the leader killed again and again: nothing that was acknowledged is lost, nothing is there twice', async ({ profile }) => {
  const rounds = Number(process.env['VARVE_ROUNDS'] ?? 8);
  const context = await profile.launch();
  const told = new Map<string, number>();
  await context.exposeFunction('acknowledge', (writer: string, n: number) => void told.set(writer, n));
  let tabs: Page[] = [];
  let writers = 0;
  for (let round = 0; round < rounds; round++) {
    while (tabs.length < 3) {
      const tab = await newTab(context);
      const writer = `w${String(writers++).padStart(3, '0')}`;
      // Never ends: the tab does.
      void tab
        .evaluate((name) => {
          const acknowledge = (globalThis as unknown as { acknowledge: (writer: string, n: number) => unknown }).acknowledge;
          return varve.writeForEver('app', name, 0, (n) => acknowledge(name, n));
        }, writer)
        .catch(() => undefined);
      tabs.push(tab);
      await expect.poll(() => told.get(writer) ?? -1, { timeout: 60_000 }).toBeGreaterThan(3);
    }
    const [leader, ...others] = tabs;
    await leader.close();
    tabs = others;
  }
  const last = await newTab(context);
  for (const tab of tabs) await tab.close();
  const keys = await last.evaluate(() => varve.open('app').scan({ keysOnly: true }).all());
  for (const [writer, n] of told) {
    const found = keys.map(([key]) => key).filter((key) => key.startsWith(`${writer}/`));
    expect(found.length, writer).toBeGreaterThan(n);
    expect(found).toEqual(found.map((_, i) => `${writer}/${String(i).padStart(8, '0')}`));
  }
});

test('the browser killed amid writes: what was acknowledged is there when the profile is opened again', async ({ profile }) => {
  let next = 0;
  for (let round = 0; round < 3; round++) {
    const context = await profile.launch();
    let told = next - 1;
    const tab = await newTab(context);
    const found = await tab.evaluate(() => varve.open('app').scan({ keysOnly: true }).all());
    expect(found.map(([key]) => key)).toEqual(found.map((_, i) => `w/${String(i).padStart(8, '0')}`));
    expect(found.length).toBeGreaterThanOrEqual(next);
    next = found.length;
    await context.exposeFunction('acknowledge', (n: number) => (told = n));
    void tab
      .evaluate((from) => {
        const acknowledge = (globalThis as unknown as { acknowledge: (n: number) => unknown }).acknowledge;
        return varve.writeForEver('app', 'w', from, acknowledge);
      }, next)
      .catch(() => undefined);
    await expect.poll(() => told, { timeout: 60_000 }).toBeGreaterThan(next + 50);
    profile.kill();
    await context.close().catch(() => undefined);
    next = told + 1;
  }
  expect(next).toBeGreaterThan(100);
});
