// An object of a memory store that is being written: bytes go to their position, `finish` names them.

import type { ObjectWriter, SyncWriterOperations } from './object-store.ts';
import { grown } from './memory-data.ts';
import type { MemoryHandle, Perform, PerformNow } from './memory-handle.ts';

/** A writer whose calls take place through `handle`. */
export function memoryWriter(handle: MemoryHandle, name: string, sizeHint: number): ObjectWriter {
  const growing = new GrowingObject(handle, name, sizeHint);
  const writer = operations(handle.later, growing);
  return handle.sync ? { ...writer, sync: operations(handle.now, growing) } : writer;
}

function operations(perform: PerformNow, growing: GrowingObject): SyncWriterOperations;
function operations(perform: Perform, growing: GrowingObject): ObjectWriter;
function operations(perform: Perform, growing: GrowingObject): ObjectWriter {
  return {
    append: (bytes, position) => {
      const late = growing.handle.readLate(bytes);
      return perform('append', growing.name, () => growing.append(late(), position));
    },
    finish: () => perform('finish', growing.name, () => growing.finish()),
    abort: () => perform('abort', growing.name, () => growing.abort()),
  };
}

/** Each step may be repeated: a pending call and its synchronous twin both take place. */
class GrowingObject {
  readonly name: string;
  readonly handle: MemoryHandle;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  #done = false;

  constructor(handle: MemoryHandle, name: string, sizeHint: number) {
    this.name = name;
    this.handle = handle;
    this.#bytes = new Uint8Array(sizeHint);
  }

  append(bytes: Uint8Array, position: number): void {
    if (this.#done) return;
    const end = position + bytes.length;
    this.handle.reserve(end);
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, end);
    this.#bytes.set(bytes, position);
    this.#length = Math.max(this.#length, end);
  }

  finish(): void {
    if (this.#done) return;
    this.handle.create(this.name, this.#bytes.subarray(0, this.#length));
    this.#done = true;
  }

  abort(): void {
    this.#done = true;
  }
}
