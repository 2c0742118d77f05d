// Runs something again and again with all promise jobs of one round done before the next, which is what an event loop promises, at a fraction of its cost.
//
// Node: the queue of `process.nextTick` is worked off, then all microtasks, then what was asked for meanwhile, and so on. A round that asks for its
// successor from a microtask therefore meets an empty microtask queue. Elsewhere each round is a turn of the host's event loop.

const ROUNDS_A_TURN = 2000;
const ticks = (globalThis as { process?: { release?: { name?: string }; versions?: Record<string, string> } }).process;
const isNode = ticks?.release?.name === 'node' && ticks.versions?.['bun'] === undefined && ticks.versions?.['deno'] === undefined;

/** Calls `round` until it returns false. Throws what it throws. */
export function rounds(round: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const go = (): void => {
      try {
        if (!round()) return resolve();
      } catch (error) {
        return reject(error as Error);
      }
      // The host gets its turn now and then: it has timers of its own, and ends runs that hang.
      if (!isNode || ++count % ROUNDS_A_TURN === 0) setImmediate(go);
      else queueMicrotask(tick);
    };
    const tick = (): void => process.nextTick(go);
    setImmediate(go);
  });
}
