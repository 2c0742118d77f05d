// What R2 says, in the words of StorageError, and whether asking again may help. A binding throws an error whose message ends with a number:
// https://developers.cloudflare.com/r2/api/error-codes/

import { StorageError, type StorageErrorCode } from '@varve/core';

/** The request got no answer in time: it may have taken place. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const NO_SUCH_BUCKET = 10006;
const NO_SUCH_UPLOAD = 10024;
const INVALID_RANGE = 10039;
const TOO_LARGE = 100100;
/** Trouble within R2, a line that broke, and too many requests: in all, or for one name. */
const TRANSIENT = new Set([10001, 10043, 10054, 10058]);

/** The number at the end of the message. */
function r2CodeOf(error: unknown): number | undefined {
  const found = /\((\d{5,6})\)\s*$/.exec(String((error as Error | undefined)?.message));
  return found === null ? undefined : Number(found[1]);
}

/** What has no number never came to R2, or its answer never came back. A mistake of the caller is neither. */
export function isTransient(error: unknown): boolean {
  if (error instanceof StorageError || error instanceof TypeError) return false;
  const code = r2CodeOf(error);
  return code === undefined || TRANSIENT.has(code);
}

/** The range begins behind the end of the object. */
export function isBehindTheEnd(error: unknown): boolean {
  return r2CodeOf(error) === INVALID_RANGE;
}

/** The upload was completed or aborted. Takes what `ask` has thrown. */
export function isUploadGone(error: unknown): boolean {
  return error instanceof StorageError && r2CodeOf(error.cause) === NO_SUCH_UPLOAD;
}

/** The error for what a binding has thrown. */
export function refusal(cause: unknown, object?: string): Error {
  if (cause instanceof StorageError || cause instanceof TypeError) return cause;
  const [code, words] = explain(cause);
  const said = cause instanceof NoAnswer ? '' : ` said=${JSON.stringify((cause as Error | undefined)?.message)}`;
  return new StorageError(code, words + said, object === undefined ? { cause } : { cause, object });
}

function explain(cause: unknown): [StorageErrorCode, string] {
  if (cause instanceof NoAnswer) return ['UNAVAILABLE', 'R2 does not answer: try again'];
  if (isTransient(cause)) return ['UNAVAILABLE', 'R2 refuses for now: try again'];
  if (r2CodeOf(cause) === NO_SUCH_BUCKET) return ['UNSUPPORTED', 'there is no such bucket: create it, or correct the binding'];
  if (r2CodeOf(cause) === TOO_LARGE) return ['UNSUPPORTED', 'the object is larger than R2 takes'];
  return ['UNSUPPORTED', 'R2 does not do what was asked of it'];
}
