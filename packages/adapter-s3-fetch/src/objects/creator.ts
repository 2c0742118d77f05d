// Create if absent: PUT with `If-None-Match: *`. Whoever loses a race is told 412, 409 or 500, as the server likes, and who got no answer may have won; also
// without knowing, since Deno, Bun and browsers send a request again by themselves when a line breaks that was used before. What is made of that is in core
// (store/conditional-create.ts).

import type { Creation, Creator, FailedTry } from '@varve/core/store';
import type { Answer } from '../requests/messages.ts';
import type { S3Client } from '../requests/s3-client.ts';
import { isMissing, isSuccess, isTransient, NoAnswer, refusal, unanswered } from '../requests/s3-errors.ts';

const NONCE_HEADER = 'x-amz-meta-varve-nonce';
/** Somebody else's object is there, or is just being made. */
const LOST_STATUS = new Set([409, 412]);

export function creatorOn(client: S3Client): Creator {
  return {
    patience: client.patience,
    create: (creation) => create(client, creation),
    ownerOf: (creation) => ownerOf(client, creation),
  };
}

async function create(client: S3Client, { name, bytes, nonce }: Creation): Promise<FailedTry | undefined> {
  try {
    const answer = await client.send({ method: 'PUT', name, body: bytes, headers: { 'if-none-match': '*', [NONCE_HEADER]: nonce } });
    if (isSuccess(answer)) return undefined;
    return { fate: fateOf(answer), error: refusal(answer, name) };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { fate: 'unknown', error: unanswered(error, name) };
  }
}

function fateOf(answer: Answer): FailedTry['fate'] {
  if (isTransient(answer)) return 'unknown';
  return LOST_STATUS.has(answer.status) ? 'lost' : 'refused';
}

async function ownerOf(client: S3Client, creation: Creation): Promise<'this' | 'another' | undefined> {
  const { name, bytes } = creation;
  const answer = await client.ask({ method: 'GET', name, answerBytes: bytes.length });
  if (isMissing(answer)) return undefined;
  if (!isSuccess(answer)) throw refusal(answer, name);
  return isMine(creation, answer) ? 'this' : 'another';
}

/** Browsers show the nonce only where CORS exposes it: there the bytes have to do, which hold nonces of their own. */
function isMine({ bytes, nonce }: Creation, { headers, body }: Answer): boolean {
  const found = headers.get(NONCE_HEADER);
  if (found !== null) return found === nonce;
  return body.length === bytes.length && body.every((byte, i) => byte === bytes[i]);
}
