// Public names of random lives on real places. Web-standard globals only: they are lived in browsers too.

export { memoryPlace, type Place } from './lives/database.ts';
export { runUnder, type Circumstances } from './lives/run.ts';
