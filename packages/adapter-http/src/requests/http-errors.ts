// What a host says, in the words of StorageError, with a guess at the cause: static hosts have many ways to be set up wrongly, and say little.

import { StorageError } from '@varve/core';
import type { Address } from '../address.ts';

/** Asking again may help. */
export class InPassing extends Error {
  override readonly name = 'InPassing';
}

const TRANSIENT_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
/** Buckets that may not be listed answer 403 for what is not there. */
const MISSING_STATUS = new Set([403, 404, 410]);

/** The host had trouble, or is busy. */
export function isTransient(status: number): boolean {
  return TRANSIENT_STATUS.has(status);
}

/** There is no such object, or it may not be seen. */
export function isMissing(status: number): boolean {
  return MISSING_STATUS.has(status);
}

/** Some hosts answer with a page, and status 200, for whatever is not there; others with a page to log in. */
export function isPage(response: Response): boolean {
  return /^(?:text\/html|application\/xhtml)/i.test(response.headers.get('content-type') ?? '');
}

/** The error for a page in the place of an object. */
export function pageInstead(response: Response, object: string, address: Address): StorageError {
  const words =
    'the host answers with a web page in the place of an object: as if every address led to one application (an SPA fallback), or as if one had to ' +
    'log in. Is the address right? If it is, what is read was deleted: publish the database again';
  return new StorageError('CORRUPTION', `${words} status=${response.status} url=${address.shown}`, { object });
}

/** The error for an object that must be there. */
export function missing(response: Response, object: string, address: Address): StorageError {
  const words =
    'a published object is missing: what was published has changed or was deleted, or was not uploaded as a whole. Publish the database again';
  return new StorageError('CORRUPTION', `${words} status=${response.status} url=${address.shown}`, { object });
}

/** The error for an object of another size than the database says. */
export function otherSize(found: number | string, wanted: number, object: string, address: Address): StorageError {
  const words = 'a published object is not as long as the database says: it was not uploaded as a whole, or something else stands there';
  return new StorageError('CORRUPTION', `${words} wanted=${wanted} found=${found} url=${address.shown}`, { object });
}

/** The error for an answer that asking again does not change. */
export function refusal(response: Response, object: string, address: Address): StorageError {
  const { status } = response;
  const words =
    status === 401 || status === 403
      ? 'the host does not let this be read: make it public, or send what it asks for with the option headers'
      : 'the host does not do what was asked of it';
  return new StorageError('UNSUPPORTED', `${words} status=${status} url=${address.shown}`, { object });
}

/** The error for a host that packs what it is asked a range of. */
export function packed(encoding: string, object: string, address: Address): StorageError {
  const words =
    'the host packs objects while it sends them, and ranges of what is packed mean nothing: switch compression off for .sst, .meta and .manifest';
  return new StorageError('UNSUPPORTED', `${words} content-encoding=${encoding} url=${address.shown}`, { object });
}

/** The error for a host that answers every range with the whole object. */
export function withoutRanges(size: number, object: string, address: Address): StorageError {
  const words =
    'this host ignores Range and sends whole objects, which is a waste for one that is so large: use a host that answers ranges';
  return new StorageError('UNSUPPORTED', `${words} size=${size} url=${address.shown}`, { object });
}

/** The error for a request that got no whole answer, however often it was sent. */
export function unanswered(cause: unknown, object: string, address: Address): StorageError {
  const cors = address.isForeign ? ' (or the host does not let pages of other origins read: set its CORS headers, docs/PUBLISHING.md)' : '';
  const words = cause instanceof InPassing ? cause.message : 'the host does not answer, or breaks off';
  return new StorageError('UNAVAILABLE', `${words}: try again${cors} url=${address.shown}`, { cause, object });
}
