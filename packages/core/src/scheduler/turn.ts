// The next turn of the event loop: a macrotask, so that input, timers and I/O get their chance. The one file that knows how to get one.

type Immediate = (callback: () => void) => unknown;

const immediate: Immediate | undefined = (globalThis as { setImmediate?: Immediate }).setImmediate;

/** Calls back in a later turn of the event loop. Keeps the host alive until then, and no longer. */
export function nextTurn(callback: () => void): void {
  if (immediate !== undefined) immediate(callback);
  else postTurn(callback);
}

/** Browsers and workers: a message to oneself is not clamped to milliseconds as timers are. */
function postTurn(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(0);
}

/** Resolves after about `ms` milliseconds. Only for waiting politely, never for correctness. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
