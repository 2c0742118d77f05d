// The slow steps: what moves or frees data, and what waits for the disk.

import { closeSync, fdatasync, fdatasyncSync, fsync, fsyncSync, openSync, unlink, unlinkSync, write, writeSync } from 'node:fs';
import { StorageError } from '@varve/core';
import { isMissing } from './fs-errors.ts';
import { step, type Steps } from './steps.ts';

/** Writes all of `bytes` at `position`. The first write is issued in the call, so `bytes` may lie in WebAssembly memory that grows meanwhile. */
export function* writeAll(descriptor: number, bytes: Uint8Array, position: number): Steps<void> {
  const { length } = bytes;
  for (let done = 0; done < length;) {
    if (bytes.length !== length) throw new StorageError('UNAVAILABLE', 'memory grew during a write that the system split: repeat it');
    done += yield* writeSome(descriptor, bytes, done, position + done);
  }
}

function writeSome(descriptor: number, bytes: Uint8Array, from: number, position: number): Steps<number> {
  const length = bytes.length - from;
  return step(
    () => writeSync(descriptor, bytes, from, length, position),
    (done) => write(descriptor, bytes, from, length, position, done),
  );
}

/** Everything written to the file survives a power cut afterwards. */
export function syncFile(descriptor: number): Steps<void> {
  return step(
    () => fdatasyncSync(descriptor),
    (done) => fdatasync(descriptor, (error) => done(error)),
  );
}

/** Every name that was added to or removed from the folder stays so after a power cut. Windows cannot and need not. */
export function* syncFolder(path: string): Steps<void> {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    yield* step(
      () => fsyncSync(descriptor),
      (done) => fsync(descriptor, (error) => done(error)),
    );
  } finally {
    closeSync(descriptor);
  }
}

/** Removes a file; the system frees its blocks meanwhile. */
export function unlinkFile(path: string): Steps<void> {
  return step(
    () => unlinkSync(path),
    (done) => unlink(path, (error) => done(error)),
  );
}

/** The same, where somebody else may have done it already. */
export function* unlinkIfThere(path: string): Steps<void> {
  try {
    yield* unlinkFile(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Lets others run. */
export function pause(): Steps<void> {
  return step(
    () => undefined,
    (done) => setImmediate(() => done(null, undefined)),
  );
}
