// `published.json`: what stands in a database for those who cannot list it, on a static host. It lies beside the folders of the objects and is the only one
// that is ever replaced (docs/FORMAT.md). It is a hint and no authority: whoever reads an old one sees an older state, and whatever it names has checksums.
//
//   {
//     "format": 1,
//     "database": "<32 hex digits>",
//     "time": 1789000000000,                                  when it was written, by the clock of whoever wrote it: ms since 1970
//     "bytes": 12345678,                                      of all objects that the newest manifest needs
//     "manifests": [{ "number": 16, "size": 1234, "nonce": "<32 hex digits>" }, ...]
//   }                                                         ascending: a snapshot, and the edits behind it

import { StorageError } from '../base/errors.ts';
import { storedIdentity, storedNumber, unsound } from './json-checks.ts';

/** Name of the object. */
export const PUBLICATION_NAME = 'published.json';

const FORMAT = 1;
/** A chain of manifests has less than half as many. */
const MOST_MANIFESTS = 64;

/** A manifest that readers need. */
export interface PublishedManifest {
  readonly number: number;
  /** Bytes. */
  readonly size: number;
  /** Tells it from another of the same number. */
  readonly nonce: string;
}

/** What a publication says. */
export interface Publication {
  /** Identity of the database. */
  readonly database: string;
  /** When it was published, in milliseconds since 1970. */
  readonly time: number;
  /** Of all objects that the newest manifest needs, itself and its chain included. */
  readonly bytes: number;
  /** Ascending and without gaps: the newest is the last. */
  readonly manifests: readonly PublishedManifest[];
}

export function encodePublication({ database, time, bytes, manifests }: Publication): Uint8Array<ArrayBuffer> {
  const json = { format: FORMAT, database, time, bytes, manifests };
  return new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`);
}

/**
 * The publication that stands in the bytes of `published.json`.
 *
 * @throws StorageError `CORRUPTION` when they are none, `UNSUPPORTED` when a newer version wrote them.
 */
export function decodePublication(bytes: Uint8Array): Publication {
  const json = parse(bytes);
  if (json['format'] !== FORMAT) {
    if (!(Number(json['format']) > FORMAT)) throw notOne();
    throw new StorageError('UNSUPPORTED', `the publication cannot be read: use a newer version format=${String(json['format'])}`, {
      object: PUBLICATION_NAME,
    });
  }
  try {
    return fromJson(json);
  } catch (cause) {
    throw notOne(cause);
  }
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch (cause) {
    throw notOne(cause);
  }
  throw notOne();
}

function fromJson(json: Record<string, unknown>): Publication {
  const listed = json['manifests'];
  if (!Array.isArray(listed) || listed.length === 0 || listed.length > MOST_MANIFESTS) throw unsound(listed);
  const manifests = listed.map((one: Record<string, unknown>) => ({
    number: storedNumber(one['number']),
    size: storedNumber(one['size']),
    nonce: storedIdentity(one['nonce']),
  }));
  const first = manifests[0]!.number;
  if (first === 0 || manifests.some(({ number }, i) => number !== first + i)) throw unsound(listed);
  return { database: storedIdentity(json['database']), time: storedNumber(json['time']), bytes: storedNumber(json['bytes']), manifests };
}

function notOne(cause?: unknown): StorageError {
  return new StorageError('CORRUPTION', 'this is no publication of a database', { object: PUBLICATION_NAME, cause });
}
