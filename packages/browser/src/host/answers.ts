// Answers on their way to one page. Those that are there together travel together.

import { writeFailure } from '../wire/failure.ts';
import { FrameWriter } from '../wire/frame-writer.ts';
import type { Port } from '../wire/port.ts';

const DONE = 0;
const FAILED = 1;

export class Answers {
  readonly #port: Port;
  #out = new FrameWriter();
  #scheduled = false;
  #isHeld = false;
  #isOver = false;

  constructor(port: Port) {
    this.#port = port;
  }

  /** Everything that is answered meanwhile goes out afterwards, at once. */
  together(work: () => void): void {
    this.#isHeld = true;
    try {
      work();
    } finally {
      this.#isHeld = false;
      this.#send();
    }
  }

  answer(id: number, write: (frame: FrameWriter) => void): void {
    if (id !== 0) this.#frame(id, DONE, write);
  }

  fail(id: number, error: unknown): void {
    if (id !== 0) this.#frame(id, FAILED, (frame) => writeFailure(frame, error));
  }

  tell(event: number, write: (frame: FrameWriter) => void): void {
    this.#frame(0, event, write);
  }

  /** Nothing is said from now on: whoever waits for an answer asks somebody else. */
  end(): void {
    this.#isOver = true;
    this.#out.take();
  }

  #frame(id: number, kind: number, write: (frame: FrameWriter) => void): void {
    if (this.#isOver) return;
    const out = this.#out;
    const from = out.length;
    try {
      write(out.u32(id).u8(kind).u32(0));
      out.setU32(from + 5, out.length - from - 9);
    } catch (error) {
      out.rewind(from);
      if (kind === FAILED || id === 0) throw error;
      return this.fail(id, error);
    }
    if (this.#isHeld || this.#scheduled) return;
    this.#scheduled = true;
    // What else becomes known in this turn joins.
    queueMicrotask(() =>
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#send();
      }),
    );
  }

  #send(): void {
    if (this.#out.length > 0) this.#port.post(this.#out.take());
  }
}
