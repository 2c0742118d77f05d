// Public names of the simulator: lives from seeds and scripts, and what they found.

export { live, LifeFailed, type Life } from './sim/live.ts';
export { generate } from './sim/generate.ts';
export type { Script, Settings, Step } from './sim/script.ts';
