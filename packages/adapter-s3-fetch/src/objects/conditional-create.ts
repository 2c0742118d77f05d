// Create if absent: PUT with `If-None-Match: *`. Whoever loses a race is told 412, 409 or 500, as the server likes, and who got no answer may have won; also
// without knowing, since Deno, Bun and browsers send a request again by themselves when a line breaks that was used before. So whatever is not a clear
// yes is decided by what stands under the name: each call carries a nonce, and finds its own there or another's (docs/PROTOCOL.md, rule 7). Only when there
// is nothing it is tried again, with the same bytes and the same nonce.

import { StorageError } from '@varve/core';
import { newNonce } from '../nonce.ts';
import { backOff } from '../requests/patience.ts';
import type { Answer, S3Request } from '../requests/messages.ts';
import type { S3Client } from '../requests/s3-client.ts';
import { isMissing, isSuccess, isTransient, NoAnswer, refusal, unanswered } from '../requests/s3-errors.ts';

const NONCE_HEADER = 'x-amz-meta-varve-nonce';
/** Somebody else's object is there, or is just being made. */
const LOST_STATUS = new Set([409, 412]);

/** True: the object is there, and this call has made it. False: another's is there. */
export async function createIfAbsent(client: S3Client, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const creation: Creation = { name, bytes, nonce: newNonce() };
  /** An earlier try may have taken place. */
  let unknown = false;
  let failure: StorageError | undefined;
  for (let tried = 1; tried <= client.patience.tries; tried++) {
    if (tried > 1) await backOff(client.patience, tried - 1);
    const answer = await client.send(requestOf(creation)).catch(noAnswer);
    if (!(answer instanceof NoAnswer) && isSuccess(answer)) return true;
    failure = answer instanceof NoAnswer ? unanswered(answer, name) : refusal(answer, name);
    const refused = !(answer instanceof NoAnswer) && !isTransient(answer);
    if (refused && !LOST_STATUS.has(answer.status)) break;
    unknown ||= !refused;
    const found = await look(client, creation, unknown);
    if (found !== 'nothing') return found === 'mine';
  }
  throw unknown ? undecided(name, failure) : contended(name, failure);
}

interface Creation {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly nonce: string;
}

function requestOf({ name, bytes, nonce }: Creation): S3Request {
  return { method: 'PUT', name, body: bytes, headers: { 'if-none-match': '*', [NONCE_HEADER]: nonce } };
}

function noAnswer(error: unknown): NoAnswer {
  if (error instanceof NoAnswer) return error;
  throw error;
}

async function look(client: S3Client, creation: Creation, unknown: boolean): Promise<'mine' | 'theirs' | 'nothing'> {
  const { name, bytes } = creation;
  let answer: Answer;
  try {
    answer = await client.ask({ method: 'GET', name, answerBytes: bytes.length });
    if (!isSuccess(answer) && !isMissing(answer)) throw refusal(answer, name);
  } catch (error) {
    throw unknown ? undecided(name, error) : error;
  }
  if (isMissing(answer)) return 'nothing';
  return isMine(creation, answer) ? 'mine' : 'theirs';
}

/** Browsers show the nonce only where CORS exposes it: there the bytes have to do, which hold nonces of their own. */
function isMine({ bytes, nonce }: Creation, { headers, body }: Answer): boolean {
  const found = headers.get(NONCE_HEADER);
  if (found !== null) return found === nonce;
  return body.length === bytes.length && body.every((byte, i) => byte === bytes[i]);
}

function undecided(object: string, cause: unknown): StorageError {
  const words = 'it is not known whether the object was created: the object storage has not answered';
  return new StorageError('UNKNOWN', words, { cause, object });
}

/** Refused for good before anything can have taken place, or refused each time though nothing was there. */
function contended(object: string, failure: StorageError | undefined): StorageError {
  if (failure !== undefined && !/status=(?:409|412)\b/.test(failure.message)) return failure;
  return new StorageError('UNAVAILABLE', 'others create and delete this object all the time: try again', { cause: failure, object });
}
