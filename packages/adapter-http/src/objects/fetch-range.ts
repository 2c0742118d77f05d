// Ranges of an object on a static host.

import { StorageError } from '@varve/core';
import type { WantedRange } from '@varve/core/store';
import type { HttpClient } from '../requests/http-client.ts';
import { takeRange } from '../requests/range-answer.ts';

/** The bytes of the range that there are in an object of this size. */
export async function fetchRange(client: HttpClient, object: string, size: number, { offset, length }: WantedRange): Promise<Uint8Array> {
  const there = Math.min(length, size - offset);
  if (there <= 0) return new Uint8Array(0);
  const stretch = { object, size, offset, length: there };
  try {
    return await client.ask({ object, range: stretch }, (response) => takeRange(client, response, stretch));
  } catch (error) {
    throw at(error, offset);
  }
}

/** The same error, with the place that was read. */
function at(error: unknown, offset: number): unknown {
  if (!(error instanceof StorageError) || error.object === undefined) return error;
  const { code, message, object, cause } = error;
  return new StorageError(code, message.replace(` object=${object}`, ''), { object, offset, cause });
}
