// The page's end: calls go out together at the end of a turn, answers find their callers. The other end may go away and another come in its place
// (tabs/): then what was asked and not answered is asked again, except for what began on the other end: that is EXPIRED.

import type { Durability } from '@varve/core';
import { StorageError } from '@varve/core/codecs';
import { readFailure } from '../wire/failure.ts';
import { FrameReader } from '../wire/frame-reader.ts';
import { FrameWriter } from '../wire/frame-writer.ts';
import type { Port } from '../wire/port.ts';
import { Call, DURABILITIES } from '../wire/protocol.ts';
import { guarded } from './guarded.ts';

/** A message does not wait for the end of the turn beyond this size. */
const MOST_BYTES = 256 * 1024;

/** In a call, behind its id. */
const KIND_AT = 4;

type CallKind = (typeof Call)[keyof typeof Call];

/** What becomes of a call when the other end changes. */
type Lasting = 'repeat' | 'expire';

interface Pending {
  /** The call as it was sent. */
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly lasting: Lasting;
  /** The end that it is asked of. */
  readonly generation: number;
  readonly answered: (frame: FrameReader) => void;
  readonly failed: (error: Error) => void;
}

interface Group {
  readonly changes: FrameWriter;
  count: number;
  durability: number;
  readonly waiting: { readonly resolve: (epoch: bigint) => void; readonly reject: (error: Error) => void }[];
}

export class Connection {
  #port: Port | undefined;
  #out = new FrameWriter();
  #scheduled = false;
  #ids = 0;
  #sequence = 0n;
  /** Sequences of writes, ascending. */
  readonly #unanswered = new Set<bigint>();
  #group: Group | undefined;
  #ended: Error | undefined;
  readonly #pending = new Map<number, Pending>();
  /** Said first to every new end: key spaces and watches, by what they are. */
  readonly #lasting = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Ids of the calls that said so first. */
  readonly #kept = new Map<string, number>();
  /** Goes up with every other end. */
  generation = 0;
  /** Called when nothing is answered any more: by whom the page opened it, and by its watches. */
  onover: (() => void) | undefined;
  onended: (() => void) | undefined;
  /** Called when another end has come in the place of one. */
  onmoved: (() => void) | undefined;
  onevent: ((event: number, frame: FrameReader) => void) | undefined;

  readonly #start: () => void;
  /** Calls back after a while. */
  readonly #after: (callback: () => void) => unknown;
  #isStarted = false;

  /** `start` is called when something is asked for the first time. */
  constructor(start: () => void = () => undefined, after: (callback: () => void) => unknown = () => undefined) {
    this.#start = start;
    this.#after = after;
  }

  /** Looks for another end, now rather than when something is asked for. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#start();
  }

  /** Goes on with another end. */
  attach(port: Port): void {
    this.#port = port;
    this.generation++;
    port.onmessage = (message) => this.#read(message);
    // What has not gone out yet is pending, and goes out below.
    this.#out.take();
    const expired: Pending[] = [];
    for (const frame of this.#lasting.values()) port.post(frame.slice());
    for (const [id, pending] of this.#pending) {
      if (pending.lasting === 'repeat' || pending.generation >= this.generation) port.post(pending.frame.slice());
      else {
        this.#pending.delete(id);
        expired.push(pending);
      }
    }
    for (const { failed } of expired) failed(new StorageError('EXPIRED', 'the tab that had the database open is gone: begin again'));
    if (this.generation > 1) guarded(() => this.onmoved?.());
  }

  /** For changes that are gathered outside. */
  frame(): FrameWriter {
    return new FrameWriter();
  }

  /** Calls back after a while, unless nothing is answered any more by then. */
  later(callback: () => void): void {
    this.#after(() => {
      if (this.#ended === undefined) callback();
    });
  }

  /** Waits for another end. */
  detach(): void {
    this.#port = undefined;
  }

  /** Nothing is answered any more. */
  end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#port = undefined;
    for (const { frame, generation, failed } of this.#pending.values()) {
      // What was handed over may have taken place, whatever it is that has ended.
      const isOpen = frame[KIND_AT] === Call.write && generation <= this.generation;
      failed(isOpen ? new StorageError('UNKNOWN', `the write may have taken place: ${error.message}`, { cause: error }) : error);
    }
    for (const { reject } of this.#group?.waiting ?? []) reject(error);
    this.#pending.clear();
    this.#group = undefined;
    guarded(() => this.onover?.());
    this.onended?.();
  }

  /** Asks for something. `write` says what, `read` understands the answer. */
  call<T>(kind: CallKind, write: (frame: FrameWriter) => void, read: (frame: FrameReader) => T, lasting: Lasting = 'repeat'): Promise<T> {
    this.start();
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const from = this.#out.length;
    const id = ++this.#ids;
    try {
      write(this.#out.u32(id).u8(kind));
    } catch (error) {
      this.#out.rewind(from);
      return Promise.reject(error as Error);
    }
    const frame = this.#out.copy(from);
    this.#schedule();
    return new Promise((resolve, reject) => {
      const generation = this.#port === undefined ? this.generation + 1 : this.generation;
      this.#pending.set(id, { frame, lasting, generation, answered: (answer) => resolve(read(answer)), failed: reject });
    });
  }

  /** Says something that has no answer. */
  say(kind: CallKind, write: (frame: FrameWriter) => void): void {
    write(this.#out.u32(0).u8(kind));
    this.#schedule();
  }

  /** Asks for something that every later end is to know of as well, under a name of its own. */
  keep(name: string, kind: CallKind, write: (frame: FrameWriter) => void): Promise<void> {
    const frame = new FrameWriter();
    write(frame.u32(0).u8(kind));
    this.#lasting.set(name, frame.take());
    this.#kept.set(name, this.#ids + 1);
    return this.call(kind, write, () => undefined);
  }

  /** Later ends need not know of it. */
  forget(name: string): void {
    this.#lasting.delete(name);
    // Not asked yet: nobody need be told of it.
    const id = this.#kept.get(name);
    if (this.#port === undefined && id !== undefined) this.#pending.delete(id);
    this.#kept.delete(name);
  }

  /** Adds a change to those that go out together, as one write. */
  change(write: (changes: FrameWriter) => void, durability: Durability | undefined): Promise<bigint> {
    this.start();
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const wanted = DURABILITIES.indexOf(durability);
    // How strong the database's own is the page does not know.
    const gathered = this.#group?.durability ?? wanted;
    if (gathered !== wanted && (gathered === 0 || wanted === 0)) this.#closeGroup();
    const group = (this.#group ??= { changes: new FrameWriter(), count: 0, durability: wanted, waiting: [] });
    const from = group.changes.length;
    try {
      write(group.changes);
    } catch (error) {
      group.changes.rewind(from);
      return Promise.reject(error as Error);
    }
    group.count++;
    group.durability = Math.max(group.durability, wanted);
    const epoch = new Promise<bigint>((resolve, reject) => group.waiting.push({ resolve, reject }));
    if (group.changes.length > MOST_BYTES) this.#closeGroup();
    this.#schedule();
    return epoch;
  }

  /** Writes changes that belong together. Returns the epoch, or the key whose check failed. */
  write(count: number, changes: Uint8Array, durability: number): Promise<bigint | Uint8Array> {
    this.#closeGroup();
    return this.#write(count, changes, durability);
  }

  #write(count: number, changes: Uint8Array, durability: number): Promise<bigint | Uint8Array> {
    const sequence = ++this.#sequence;
    const written = this.call(
      Call.write,
      (frame) => frame.u64(sequence).u64(this.#lowestUnanswered(sequence)).u8(durability).u32(count).raw(changes),
      (frame) => (frame.u8() === 1 ? frame.u64() : frame.take().slice()),
    );
    const over = (): void => void this.#unanswered.delete(sequence);
    written.then(over, over);
    return written;
  }

  /** What comes before it the other end need not remember. */
  #lowestUnanswered(sequence: bigint): bigint {
    const [first = sequence] = this.#unanswered;
    this.#unanswered.add(sequence);
    return first;
  }

  #closeGroup(): void {
    const group = this.#group;
    this.#group = undefined;
    if (group === undefined || group.count === 0) return;
    this.#write(group.count, group.changes.take(), group.durability).then(
      (epoch) => {
        for (const { resolve } of group.waiting) resolve(epoch as bigint);
      },
      (error: unknown) => {
        for (const { reject } of group.waiting) reject(error as Error);
      },
    );
  }

  #schedule(): void {
    if (this.#out.length > MOST_BYTES) return this.#send();
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#closeGroup();
      this.#send();
    });
  }

  #send(): void {
    const message = this.#out.take();
    // Without an end, whoever comes is told what is pending.
    if (message.length > 0) this.#port?.post(message);
  }

  #read(message: Uint8Array<ArrayBuffer>): void {
    const frame = new FrameReader(message);
    while (!frame.isDone) {
      const id = frame.u32();
      const kind = frame.u8();
      const end = frame.end();
      if (id === 0) guarded(() => this.onevent?.(kind, frame));
      else this.#answer(id, kind, frame);
      frame.seek(end);
    }
  }

  #answer(id: number, kind: number, frame: FrameReader): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    try {
      if (kind === 1) pending.failed(readFailure(frame));
      else pending.answered(frame);
    } catch (error) {
      pending.failed(error as Error);
    }
  }
}
