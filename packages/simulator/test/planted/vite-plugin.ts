// The same for vitest, which transforms sources itself: a plugin that loads the planted one.

import { plantedSource } from './planted-source.ts';

/** As much of a plugin of Vite as it takes. */
interface LoadingPlugin {
  readonly name: string;
  readonly enforce: 'pre';
  readonly load: (id: string) => string | undefined;
}

export async function plantedBug(name: string): Promise<LoadingPlugin> {
  const { path, source } = await plantedSource(name);
  return { name: 'planted-bug', enforce: 'pre', load: (id) => (id.split('?', 1)[0] === path ? source : undefined) };
}
