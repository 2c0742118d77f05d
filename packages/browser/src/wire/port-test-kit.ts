// Two ports, each the other's end, in one process. Messages are copied, and come in a later turn.

import type { Port } from './port.ts';

export interface TestPort extends Port {
  /** Messages that were handed over. */
  readonly sent: number;
}

export function portPair(): readonly [TestPort, TestPort] {
  const ends: [TestEnd, TestEnd] = [new TestEnd(), new TestEnd()];
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}

class TestEnd implements TestPort {
  other: TestEnd | undefined;
  onmessage: Port['onmessage'];
  sent = 0;

  post(message: Uint8Array<ArrayBuffer>): void {
    this.sent++;
    const copy = message.slice();
    const { other } = this;
    setTimeout(() => other?.onmessage?.(copy), 0);
  }

  /** What is under way to either end is lost. */
  close(): void {
    if (this.other !== undefined) this.other.onmessage = undefined;
    this.onmessage = undefined;
  }
}
