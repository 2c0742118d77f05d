// Who waits for which write, in the order of the writes. Acknowledgement and visibility go in epoch order (docs/PROTOCOL.md, rule 9): a weaker write
// waits for a stronger one before it.

import type { Durability } from './durability.ts';

/** Fewer served acknowledgements than this are kept for a while: moving the rest costs more. */
const SERVED_AT_LEAST = 1024;

/** One waiting write. */
export interface Ack {
  /** Its end in the stream of all bytes that this handle logged. */
  readonly end: number;
  readonly durability: Durability;
  readonly epochLow: number;
  readonly resolve: (epoch: bigint) => void;
  readonly reject: (error: unknown) => void;
}

export class AckQueue {
  #acks: Ack[] = [];
  #head = 0;

  get isEmpty(): boolean {
    return this.#head === this.#acks.length;
  }

  get first(): Ack | undefined {
    return this.#acks[this.#head];
  }

  /** Low halves of the epochs that are not visible yet, ascending. */
  pendingEpochs(): number[] {
    return this.#acks.slice(this.#head).map((ack) => ack.epochLow);
  }

  push(ack: Ack): void {
    this.#acks.push(ack);
  }

  shift(): Ack {
    const ack = this.#acks[this.#head++];
    // Under steady load it is never empty: half of it having been served is reason enough to let those go.
    if (this.#head === this.#acks.length || (this.#head >= SERVED_AT_LEAST && this.#head * 2 > this.#acks.length)) {
      this.#acks = this.#acks.slice(this.#head);
      this.#head = 0;
    }
    return ack;
  }
}
