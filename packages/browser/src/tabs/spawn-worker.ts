// The worker as every bundler finds it: this expression is what they look for.

export function spawnWorker(): Worker {
  return new Worker(new URL('../worker.js', import.meta.url), { type: 'module', name: 'varve' });
}
