// A tab with the site of these tests.

import type { BrowserContext, Page } from '@playwright/test';
import type { PageApi } from './site/page.ts';

declare global {
  var varve: PageApi;
}

export async function newTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto('/');
  await page.locator('#state', { hasText: 'ready' }).waitFor();
  return page;
}
