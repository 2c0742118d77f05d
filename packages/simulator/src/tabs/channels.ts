// Broadcast channels of a simulated browser. What one context does with channels reaches the browser in its order; each channel that is open elsewhere then
// gets the messages in that order, but two channels of one context each at a time of their own. Nothing is kept for who is not there yet, or any more.

import type { Channel } from '@varve/browser/realm';
import type { Context } from './context.ts';
import { Pipe } from './pipe.ts';

interface End {
  readonly context: Context;
  readonly channel: Channel;
  readonly way: Pipe;
  isOpen: boolean;
}

export class Channels {
  readonly #ends = new Map<string, Set<End>>();

  /** The constructor as a page or worker sees it. */
  of(context: Context): new (name: string) => Channel {
    const out = new Pipe(context.world, context.latencyMs);
    const tell = (happen: () => void): void => {
      if (context.process.alive) out.send(happen);
    };
    const make = (name: string): Channel => this.#make(name, context, tell);
    // It is called with `new`.
    return function (name: string) {
      return make(name);
    } as unknown as new (name: string) => Channel;
  }

  gone(context: Context): void {
    for (const ends of this.#ends.values()) for (const end of ends) if (end.context === context) ends.delete(end);
  }

  clear(): void {
    this.#ends.clear();
  }

  #make(name: string, context: Context, tell: (happen: () => void) => void): Channel {
    const ends = this.#ends.get(name) ?? new Set<End>();
    this.#ends.set(name, ends);
    const channel: Channel = {
      onmessage: null,
      postMessage(message: unknown) {
        if (!end.isOpen) throw new DOMException('the channel is closed', 'InvalidStateError');
        const copy = structuredClone(message);
        tell(() => post(copy));
      },
      close() {
        end.isOpen = false;
        tell(() => ends.delete(end));
      },
    };
    const end: End = { context, channel, way: new Pipe(context.world, context.latencyMs), isOpen: true };
    const post = (message: unknown): void => {
      for (const other of ends) if (other !== end) other.way.send(() => deliver(other, message));
    };
    tell(() => {
      if (context.process.alive) ends.add(end);
    });
    return channel;
  }
}

/** Pages that lie in the back/forward cache hear nothing, and are told nothing of it later. */
function deliver(end: End, message: unknown): void {
  const { context, channel } = end;
  if (context.isCached) return;
  const data = structuredClone(message);
  context.process.tell(() => {
    if (!end.isOpen) return;
    context.note('hears', message);
    channel.onmessage?.(new MessageEvent('message', { data }));
  });
}
