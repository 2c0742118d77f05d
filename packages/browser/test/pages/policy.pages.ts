// What a Content-Security-Policy has to allow, and what is said where it does not.

import { expect, type BrowserContext } from '@playwright/test';
import { test } from '../../../../scripts/browsers/profile.ts';
import { newTab } from './site-tab.ts';

const ALLOWED = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src data:";

/** Every answer of the site, scripts of workers among them, has this policy. */
async function withPolicy(context: BrowserContext, policy: string): Promise<void> {
  await context.route('**/*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
}

test('a strict policy is enough, with wasm-unsafe-eval and workers of the site', async ({ profile }) => {
  const context = await profile.launch();
  await withPolicy(context, ALLOWED);
  const tab = await newTab(context);
  expect(
    await tab.evaluate(() =>
      varve
        .open('app')
        .put('a', '1')
        .then(() => varve.open('app').get('a')),
    ),
  ).toBe('1');
});

test.describe('says what is missing', () => {
  for (const [what, policy, said] of [
    ['WebAssembly', ALLOWED.replace(" 'wasm-unsafe-eval'", ''), /^UNSUPPORTED.*script-src 'wasm-unsafe-eval'/],
    ['workers', ALLOWED.replace("worker-src 'self'", "worker-src 'none'"), /^UNSUPPORTED.*worker-src/],
  ] as const) {
    test(what, async ({ profile }) => {
      const context = await profile.launch();
      await withPolicy(context, policy);
      const tab = await newTab(context);
      const failure = await tab.evaluate(() =>
        varve
          .open('app')
          .get('a')
          .then(
            () => 'nothing',
            (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
          ),
      );
      expect(failure).toMatch(said);
    });
  }
});
