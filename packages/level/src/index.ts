// Public names of the Level API on Varve.

export { Level } from './level.ts';
export * from './browser.ts';
