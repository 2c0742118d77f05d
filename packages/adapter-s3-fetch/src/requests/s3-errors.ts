// What a server says, in the words of StorageError, and whether asking again may help.

import { StorageError, type StorageErrorCode } from '@varve/core';
import type { Answer } from './messages.ts';
import { textOf } from './xml.ts';

/** The request got no answer, or half of one: it may have taken place. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const TRANSIENT_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const TRANSIENT_CODES = new Set(['RequestTimeout', 'OperationAborted', 'InternalError', 'SlowDown', 'ServiceUnavailable']);
const EXPIRED_CODES = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidToken', 'TokenRefreshRequired', 'RequestExpired']);
const FULL_CODES = new Set(['QuotaExceeded', 'InsufficientCapacity', 'InsufficientStorage', 'XMinioStorageFull', 'StorageFull']);

/** The code in the body: `NoSuchKey`, ... HEAD requests have none. */
export function errorCodeOf(answer: Answer): string | undefined {
  return answer.body.length === 0 ? undefined : textOf(new TextDecoder().decode(answer.body), 'Code');
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** The server had trouble, or is busy. */
export function isTransient(answer: Answer): boolean {
  if (isSuccess(answer)) return false;
  return (TRANSIENT_STATUS.has(answer.status) && !isFull(answer)) || TRANSIENT_CODES.has(errorCodeOf(answer) ?? '');
}

/** The credentials were good and are not any more. */
export function isExpired(answer: Answer): boolean {
  return (answer.status === 400 || answer.status === 401 || answer.status === 403) && EXPIRED_CODES.has(errorCodeOf(answer) ?? '');
}

/** 404 means that there is no object of this name, unless the server says that it is something else that is missing. */
export function isMissing(answer: Answer): boolean {
  return answer.status === 404 && (errorCodeOf(answer) ?? 'NoSuchKey') === 'NoSuchKey';
}

/** The error for an answer that nobody expected. */
export function refusal(answer: Answer, object?: string): StorageError {
  const s3Code = errorCodeOf(answer);
  const [code, words] = explain(answer, s3Code);
  const said = textOf(new TextDecoder().decode(answer.body), 'Message');
  const values = `status=${answer.status}${s3Code === undefined ? '' : ` s3Code=${s3Code}`}${said === undefined ? '' : ` said=${JSON.stringify(said)}`}`;
  return new StorageError(code, `${words} ${values}`, object === undefined ? {} : { object });
}

/** The error for a request that got no answer, however often it was sent. */
export function unanswered(cause: NoAnswer, object?: string): StorageError {
  const words = 'the object storage does not answer: try again (in a browser this may be a refusal that lacks CORS headers)';
  return new StorageError('UNAVAILABLE', words, { cause, ...(object !== undefined && { object }) });
}

function isFull(answer: Answer): boolean {
  return answer.status === 507 || FULL_CODES.has(errorCodeOf(answer) ?? '');
}

function explain(answer: Answer, s3Code: string | undefined): [StorageErrorCode, string] {
  const { status } = answer;
  if (isFull(answer)) return ['QUOTA', 'the object storage has no room: raise the quota, or delete something'];
  if (isTransient(answer)) return ['UNAVAILABLE', 'the object storage refuses for now: try again'];
  if (s3Code === 'NoSuchBucket') return ['UNSUPPORTED', 'there is no such bucket: create it, or correct the address of the store'];
  if (s3Code === 'RequestTimeTooSkewed') return ['UNSUPPORTED', 'the clock of this machine is wrong: its signatures are not taken'];
  if (isExpired(answer)) return ['UNSUPPORTED', 'the credentials have expired: give new ones, or a callback that gets them'];
  if (status === 401 || status === 403) {
    return ['UNSUPPORTED', 'the object storage refuses these credentials: they are wrong, or lack a permission that docs/CLOUD.md lists'];
  }
  if (status === 0 || (status >= 300 && status < 400) || s3Code === 'AuthorizationHeaderMalformed') {
    return ['UNSUPPORTED', 'the bucket is elsewhere: correct region and endpoint in the address of the store'];
  }
  return ['UNSUPPORTED', 'the object storage does not do what was asked of it'];
}
