// A range of an object, as GET with `Range` gives it.

import { StorageError } from '@varve/core';
import type { WantedRange } from '@varve/core/store';
import type { S3Client } from '../requests/s3-client.ts';
import { isMissing, refusal } from '../requests/s3-errors.ts';

/** The bytes of the range that there are. */
export async function fetchRange(client: S3Client, name: string, { offset, length }: WantedRange): Promise<Uint8Array> {
  const headers = { range: `bytes=${offset}-${offset + length - 1}` };
  const answer = await client.ask({ method: 'GET', name, headers, answerBytes: length });
  if (answer.status === 206) return answer.body;
  // The whole object: some servers answer so when the range is all of it.
  if (answer.status === 200) return answer.body.subarray(offset, offset + length);
  if (answer.status === 416) return new Uint8Array(0);
  if (isMissing(answer)) throw new StorageError('CORRUPTION', 'object is missing', { object: name, offset });
  throw refusal(answer, name);
}
