// What tape and abstract-level's tests take for granted: globals of Node. Import it before them. The product needs none of it, which
// level.browser.test.ts shows.

import process from 'process/browser.js';

/** A turn of the event loop that no browser slows down, as it does nested timers. */
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()!();

Object.assign(globalThis, {
  global: globalThis,
  process,
  setImmediate: (next: () => void): void => {
    waiting.push(next);
    channel.port2.postMessage(undefined);
  },
});
