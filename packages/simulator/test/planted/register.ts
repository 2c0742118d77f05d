// Loaded ahead of everything (`node --import`): plants the bug that the environment names into the sources that are loaded afterwards.

import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { plantedSource } from './planted-source.ts';

const { path, source } = await plantedSource(process.env['VARVE_PLANTED']);
const wanted = pathToFileURL(path).href;
registerHooks({
  load: (url, context, next) => (url === wanted ? { source, format: 'module-typescript', shortCircuit: true } : next(url, context)),
});
