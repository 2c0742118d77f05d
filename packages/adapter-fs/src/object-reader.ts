// Reading objects. A read that the system has in its page cache takes 1 to 2 us in the call, straight into the target (WebAssembly memory too); a
// thread would take fifty. So reads are synchronous in both halves, and only closing, which may free the blocks of a deleted file, is not.

import { close, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StorageError, type ObjectReader } from '@varve/core';
import { isMissing, type ErrorPlace } from './fs-errors.ts';
import { FOLDED_FILE, objectPath } from './object-paths.ts';
import { naming, type Perform } from './perform.ts';
import { step, type Steps } from './steps.ts';

/** The whole object, or undefined. */
export function readObject(directory: string, name: string): Uint8Array | undefined {
  const descriptor = openObjectFile(objectPath(directory, name));
  if (descriptor === undefined) return undefined;
  try {
    const bytes = new Uint8Array(fstatSync(descriptor).size);
    readExactly(descriptor, bytes, 0, name);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** Opens an object. `perform` is how its `close` is carried out. */
export function openReader(directory: string, name: string, perform: Perform): ObjectReader {
  const descriptor = openObjectFile(objectPath(directory, name));
  if (descriptor === undefined) throw new StorageError('CORRUPTION', 'object is missing', { object: name });
  return new FileReader(descriptor, { directory, object: name, intent: 'read' }, perform);
}

class FileReader implements ObjectReader {
  #descriptor: number;
  readonly #place: ErrorPlace & { object: string };
  readonly #perform: Perform;

  constructor(descriptor: number, place: ErrorPlace & { object: string }, perform: Perform) {
    this.#descriptor = descriptor;
    this.#place = place;
    this.#perform = perform;
  }

  readInto(target: Uint8Array, offset: number): void {
    naming(this.#place, () => readExactly(this.#descriptor, target, offset, this.#place.object));
  }

  close(): void | Promise<void> {
    const descriptor = this.#descriptor;
    if (descriptor < 0) return;
    this.#descriptor = -1;
    return this.#perform(this.#place, closeFile(descriptor));
  }
}

/** A descriptor of the file that holds an object's bytes; undefined when there is none. */
function openObjectFile(path: string): number | undefined {
  try {
    const descriptor = openSync(path, 'r');
    if (!fstatSync(descriptor).isDirectory()) return descriptor;
    closeSync(descriptor);
    return openSync(`${path}/${FOLDED_FILE}`, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Hot: one system call a read. */
function readExactly(descriptor: number, target: Uint8Array, offset: number, object: string): void {
  if (descriptor < 0) throw new StorageError('CLOSED', 'object reader is closed', { object });
  let done = readSync(descriptor, target, 0, target.length, offset);
  while (done < target.length) {
    const more = readSync(descriptor, target, done, target.length - done, offset + done);
    if (more === 0) throw new StorageError('CORRUPTION', `object is too short wanted=${target.length} found=${done}`, { object, offset });
    done += more;
  }
}

function closeFile(descriptor: number): Steps<void> {
  return step(
    () => closeSync(descriptor),
    (done) => close(descriptor, (error) => done(error ?? null)),
  );
}
