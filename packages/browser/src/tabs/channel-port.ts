// A broadcast channel with two ends, as a port.

import type { Port } from '../wire/port.ts';
import type { Realm, WorkerEnd } from '../wire/realm.ts';

export function channelPort(realm: Realm, name: string): Port {
  const channel = new realm.BroadcastChannel(name);
  let isClosed = false;
  const port: Port = {
    onmessage: undefined,
    post(message) {
      // Who was asked before the other end went may know only afterwards.
      if (!isClosed) channel.postMessage(message);
    },
    close() {
      isClosed = true;
      channel.close();
    },
  };
  channel.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => port.onmessage?.(data);
  return port;
}

/** Larger messages are handed over, not copied. */
const LARGE_BYTES = 8192;

/** What a worker and its page have: frames pass through, everything else is said beside them. */
export function workerPort(worker: Pick<WorkerEnd, 'postMessage'>): { port: Port; take(data: unknown): boolean } {
  const port: Port = {
    onmessage: undefined,
    post: (message) => worker.postMessage(message, message.length > LARGE_BYTES ? [message.buffer] : []),
    close() {},
  };
  return {
    port,
    take(data) {
      if (!(data instanceof Uint8Array)) return false;
      port.onmessage?.(data as Uint8Array<ArrayBuffer>);
      return true;
    },
  };
}
