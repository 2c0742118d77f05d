// The same for vitest, which transforms sources itself: a plugin that loads the planted one.

import type { Plugin } from 'vite';
import { plantedSource } from './planted-source.ts';

export async function plantedBug(name: string): Promise<Plugin> {
  const { path, source } = await plantedSource(name);
  return {
    name: 'planted-bug',
    enforce: 'pre',
    load: (id) => (id.split('?', 1)[0] === path ? source : undefined),
  };
}
