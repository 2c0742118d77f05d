// Errors on their way from the worker to a page: what kind, what it says, and where.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import type { FrameReader } from './frame-reader.ts';
import type { FrameWriter } from './frame-writer.ts';

const MISTAKES: Readonly<Record<string, new (message: string) => Error>> = { TypeError, RangeError };

export function writeFailure(frame: FrameWriter, error: unknown): void {
  const known = error instanceof StorageError ? error : undefined;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const at =
    (known?.object === undefined ? '' : ` object=${known.object}`) + (known?.offset === undefined ? '' : ` offset=${known.offset}`);
  frame
    .text(known?.code ?? name)
    // The place is a part of the message, and is put there again.
    .text(message.endsWith(at) ? message.slice(0, message.length - at.length) : message)
    .text(known?.object ?? '')
    .f64(known?.offset ?? -1);
}

export function readFailure(frame: FrameReader): Error {
  const kind = frame.text();
  const message = frame.text();
  const object = frame.text();
  const offset = frame.f64();
  const Mistake = MISTAKES[kind];
  if (Mistake !== undefined) return new Mistake(message);
  const code = /^[A-Z_]+$/.test(kind) ? (kind as StorageErrorCode) : 'UNAVAILABLE';
  return new StorageError(code, message, { ...(object !== '' && { object }), ...(offset >= 0 && { offset }) });
}
