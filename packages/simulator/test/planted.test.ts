// Mistakes that somebody could make, planted one at a time: the simulator has to notice each, or a test that is named (planted-for-tests.test.ts).
// docs/TESTING.md lists them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plantInto } from './planted/bug.ts';
import { bugs } from './planted/bugs.ts';
import { isByTest, noticeEach } from './planted/notice-each.ts';
import { ROOT } from './planted/planted-source.ts';

/** The last rule of docs/PROTOCOL.md. */
const RULES = 14;

describe('planted bugs', () => {
  it('have names of their own', () => {
    expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length);
  });

  it('switch off every rule of the protocol, each at least once', () => {
    const switchedOff = new Set(bugs.map(({ rule }) => rule));
    for (let rule = 1; rule <= RULES; rule++) expect(switchedOff).toContain(rule);
  });

  it.each(bugs)('have their place in the sources ($name)', (bug) => {
    expect(() => plantInto(readFileSync(join(ROOT, bug.file), 'utf8'), bug)).not.toThrow();
  });

  noticeEach(bugs.filter(({ caughtBy }) => !isByTest(caughtBy)));
});
