// Scripts that once failed, as short as they became: they never fail again.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { live } from '../src/sim/live.ts';
import type { Script } from '../src/sim/script.ts';
import type { TabScript } from '../src/tabs/script.ts';
import { liveTabs } from '../src/tabs/tab-life.ts';

const FOLDER = fileURLToPath(new URL('../regressions/', import.meta.url));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

it.each(files)('%s breaks no promise', async (file) => {
  const script = JSON.parse(readFileSync(`${FOLDER}${file}`, 'utf8')) as Script | TabScript;
  await expect('kind' in script ? liveTabs(script) : live(script)).resolves.toMatchObject({ steps: script.actors.flat().length });
});
