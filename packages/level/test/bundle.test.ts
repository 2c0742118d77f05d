// Whoever bundles the package for a browser needs no polyfill and no setting: nothing of Node is met on the way.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

async function bundled(source: string): Promise<{ errors: string[]; inputs: string[] }> {
  const resolveDir = fileURLToPath(new URL('..', import.meta.url));
  try {
    const { metafile } = await build({
      stdin: { contents: source, resolveDir },
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'esm',
      conditions: ['source'],
      logLevel: 'silent',
    });
    return { errors: [], inputs: Object.keys(metafile.inputs) };
  } catch (error) {
    return { errors: (error as { errors: { text: string }[] }).errors.map(({ text }) => text), inputs: [] };
  }
}

it('is bundled for a browser as it is', async () => {
  const { errors, inputs } = await bundled(
    "import { MemoryLevel, StoreLevel } from '@varve/level'; import { idbStore } from '@varve/adapter-idb'; new StoreLevel(idbStore('a')); new MemoryLevel();",
  );
  expect(errors).toEqual([]);
  expect(inputs.filter((input) => /abstract-level|events|memory-level\.ts/.test(input)).length).toBeGreaterThan(3);
  expect(inputs.filter((input) => /adapter-fs|\(disabled\)/.test(input))).toEqual([]);
});

it('says at once that there are no directories in a browser', async () => {
  const { errors } = await bundled("import { Level } from '@varve/level'; new Level('a');");
  expect(errors).toEqual([expect.stringContaining('No matching export')]);
});
