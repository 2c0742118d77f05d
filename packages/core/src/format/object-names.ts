// The only place that makes or parses the name of an object.

/** Identity of an SST: the term of its creator and a number that this creator never uses twice. */
export interface ObjectId {
  readonly term: number;
  readonly counter: number;
}

export const MANIFEST_PREFIX = 'manifest/';
export const SST_PREFIX = 'sst/';

export const manifestName = (n: number): string => `${MANIFEST_PREFIX}${digits(n, 20)}.manifest`;
export const sstName = (id: ObjectId): string => `${SST_PREFIX}${idText(id)}.sst`;
export const metaName = (id: ObjectId): string => `${SST_PREFIX}${idText(id)}.meta`;
export const segmentName = (n: number): string => `wal/${digits(n, 20)}.wal`;

/** Text of an id, as it stands in names and manifests. */
export const idText = (id: ObjectId): string => `${digits(id.term, 10)}-${digits(id.counter, 10)}`;

/** Number of a manifest object, or undefined when the name is not one. */
export function parseManifestName(name: string): number | undefined {
  const match = /^manifest\/(\d{20})\.manifest$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** Id in the name of an SST's object, or undefined when the name is not one. */
export function parseSstName(name: string): ObjectId | undefined {
  const match = /^sst\/(\d{10}-\d{10})\.(?:sst|meta)$/.exec(name);
  return match ? parseId(match[1]!) : undefined;
}

/** Inverse of {@link idText}. */
export function parseId(text: string): ObjectId | undefined {
  const match = /^(\d{10})-(\d{10})$/.exec(text);
  return match ? { term: Number(match[1]), counter: Number(match[2]) } : undefined;
}

function digits(n: number, width: number): string {
  return String(n).padStart(width, '0');
}
