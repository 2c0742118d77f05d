// Registers the checks of an engine with the test runner: one test each, run where the browser is to run it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackEndName } from './back-ends.ts';
import { contexts, type Context, type ContextName } from './contexts.ts';
import { engineChecksOn } from './engine-checks.ts';

/** WebKitGTK has the origin private file system, and refuses synchronous access. */
export const hasSyncFiles = !navigator.userAgent.includes('WebKit') || navigator.userAgent.includes('Chrome');

/** All checks, or those of some themes. */
export function describeEngine(place: BackEndName, where: ContextName, themes?: readonly string[]): void {
  describe(`an engine on ${place} in ${where}`, () => {
    let context: Context;
    beforeAll(async () => {
      context = await contexts[where]();
    });
    afterAll(() => context.end());

    engineChecksOn(place).forEach(({ theme, title }, check) => {
      if (themes !== undefined && !themes.includes(theme)) return;
      it(`${theme}: ${title}`, async () => {
        await expect(context.run(place, check)).resolves.toBeUndefined();
      });
    });
  });
}
