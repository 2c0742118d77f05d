// The bytes in an answer to a request for a range, or why they are not in it. Of an answer from another origin a page sees the status and the length of the
// body, and Content-Range only where the host exposes it: what it does not say is not held against it, since all that is read has checksums.

import type { Address } from '../address.ts';
import { letGo, type HttpClient } from './http-client.ts';
import { InPassing, isMissing, isPage, missing, otherSize, packed, pageInstead, refusal, withoutRanges } from './http-errors.ts';

/** A whole object in the place of each range is a nuisance up to here, and a waste beyond. */
const SMALL_OBJECT_BYTES = 2 ** 20;

/** A stretch of an object, as the database knows it. */
export interface Stretch {
  readonly object: string;
  /** Of the whole object. */
  readonly size: number;
  readonly offset: number;
  readonly length: number;
}

/** What a body holds of an object. */
interface Part {
  readonly first: number;
  readonly length: number;
}

/** Exactly the bytes of the stretch. */
export async function takeRange(client: HttpClient, response: Response, stretch: Stretch): Promise<Uint8Array> {
  const { object, size, offset, length } = stretch;
  const { address } = client;
  const part = await partOf(response, stretch, address).catch(async (error: unknown) => {
    await letGo(response);
    throw error;
  });
  const body = await client.body(response, part.length);
  if (body === undefined) throw otherSize(`more than ${part.length}`, part.length, object, address);
  if (body.length === part.length) return body.subarray(offset - part.first, offset - part.first + length);
  // Deno leaves what is packed as it is when it was asked for as it is.
  const encoding = encodingOf(response);
  if (encoding !== undefined) throw packed(encoding, object, address);
  // Without a word about its size a whole object may be shorter than it should be, for good.
  if (response.status === 200 && response.headers.get('content-length') === String(body.length)) {
    throw otherSize(body.length, size, object, address);
  }
  throw new InPassing(`the answer was cut off wanted=${part.length} found=${body.length}`);
}

/** What the body has to be. */
async function partOf(response: Response, stretch: Stretch, address: Address): Promise<Part> {
  const { object, size, length } = stretch;
  const { status } = response;
  if (isMissing(status)) throw missing(response, object, address);
  if (status === 416) throw otherSize(response.headers.get('content-range') ?? 'less', size, object, address);
  if (status !== 200 && status !== 206) throw refusal(response, object, address);
  if (isPage(response)) throw pageInstead(response, object, address);
  if (status === 200) {
    if (length < size && size > SMALL_OBJECT_BYTES) throw withoutRanges(size, object, address);
    return { first: 0, length: size };
  }
  const encoding = encodingOf(response);
  if (encoding !== undefined) throw packed(encoding, object, address);
  return rangeOf(response.headers.get('content-range'), stretch, address);
}

function encodingOf({ headers }: Response): string | undefined {
  const encoding = headers.get('content-encoding') ?? 'identity';
  return encoding === 'identity' ? undefined : encoding;
}

/** A host may send more than was asked for (sirv 3 takes a last byte of 0 for none). */
function rangeOf(header: string | null, { object, size, offset, length }: Stretch, address: Address): Part {
  if (header === null) return { first: offset, length };
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header) ?? [];
  if (total !== undefined && total !== '*' && Number(total) !== size) throw otherSize(total, size, object, address);
  const sent = { first: Number(first), length: Number(last) - Number(first) + 1 };
  const isInside = sent.first <= offset && offset + length <= sent.first + sent.length;
  if (isInside && sent.length - length <= SMALL_OBJECT_BYTES) return sent;
  throw new InPassing(`the host sends another range than was asked for content-range=${JSON.stringify(header)}`);
}
