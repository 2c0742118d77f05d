// Directories of tests.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Directories that are removed when the file's tests are done. */
export function freshDirectories(): () => string {
  const base = mkdtempSync(join(tmpdir(), 'varve-cache-'));
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  let count = 0;
  return () => join(base, String(count++));
}
