// The next turn of the event loop: a macrotask, so that input, timers and I/O get their chance. An argument everywhere, so that a simulation decides
// what happens next. The one file that knows how to get a turn from the host.

/** Where turns of the event loop come from. */
export interface Turns {
  /** Calls back in a later turn. Keeps the host alive until then, and no longer. */
  next(callback: () => void): void;
  /** Resolves after about `ms` milliseconds. Only for waiting politely, never for correctness. */
  sleep(ms: number): Promise<void>;
}

type Immediate = (callback: () => void) => unknown;

const immediate: Immediate | undefined = (globalThis as { setImmediate?: Immediate }).setImmediate;

/** The host's event loop. */
export const hostTurns: Turns = {
  next(callback) {
    if (immediate !== undefined) immediate(callback);
    else if (typeof MessageChannel === 'undefined') setTimeout(callback, 0);
    else postTurn(callback);
  },
  sleep: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
};

/** Browsers and workers: a message to oneself is not clamped to milliseconds as timers are. Older compatibility dates of workerd have none. */
function postTurn(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(0);
}
