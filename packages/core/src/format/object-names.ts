// The only place that makes or parses the name of an object.

/** Identity of an SST: the term of its creator and a number that this creator never uses twice. */
export interface ObjectId {
  readonly term: number;
  readonly counter: number;
}

export const MANIFEST_PREFIX = 'manifest/';
export const SST_PREFIX = 'sst/';
export const PIN_PREFIX = 'pin/';
export const PLAN_PREFIX = 'plan/';

export const manifestName = (n: number): string => `${MANIFEST_PREFIX}${digits(n, 20)}.manifest`;
export const sstName = (id: ObjectId): string => `${SST_PREFIX}${idText(id)}.sst`;
export const metaName = (id: ObjectId): string => `${SST_PREFIX}${idText(id)}.meta`;
/** The pin of a checkpoint: never used twice, since the nonce is new each time. */
export const pinName = (name: string, manifest: number, nonce: string): string =>
  `${PIN_PREFIX}${name}/${digits(manifest, 20)}-${nonce}.pin`;
export const segmentName = (n: number): string => `wal/${digits(n, 20)}.wal`;

/** A plan, and what compactors say of it: `<id>.plan`, `<id>.<attempt>.claim`, `.<beat>.beat`, `.result`, `.failed`. */
export const planName = (id: ObjectId): string => `${planPrefix(id)}plan`;
/** All objects of a plan begin with it. */
export const planPrefix = (id: ObjectId): string => `${PLAN_PREFIX}${idText(id)}.`;
export const beatName = (id: ObjectId, attempt: number, beat: number): string =>
  `${planPrefix(id)}${digits(attempt, 2)}.${digits(beat, 10)}.beat`;
export const attemptName = (id: ObjectId, attempt: number, what: 'claim' | 'result' | 'failed'): string =>
  `${planPrefix(id)}${digits(attempt, 2)}.${what}`;

/** Text of an id, as it stands in names and manifests. */
export const idText = (id: ObjectId): string => `${digits(id.term, 10)}-${digits(id.counter, 10)}`;

/** Number of a manifest object, or undefined when the name is not one. */
export function parseManifestName(name: string): number | undefined {
  const match = /^manifest\/(\d{20})\.manifest$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** What the name of a pin says, or undefined when it is not one. */
export function parsePinName(object: string): { readonly name: string; readonly manifest: number } | undefined {
  const match = /^pin\/([a-z0-9][a-z0-9.-]*)\/(\d{20})-[0-9a-f]+\.pin$/.exec(object);
  return match ? { name: match[1]!, manifest: Number(match[2]) } : undefined;
}

/** Id in the name of an SST's object, or undefined when the name is not one. */
export function parseSstName(name: string): ObjectId | undefined {
  const match = /^sst\/(\d{10}-\d{10})\.(?:sst|meta)$/.exec(name);
  return match ? parseId(match[1]!) : undefined;
}

/** What an object below `plan/` is of. Attempts count from 1, beats too; the plan itself is of none. */
export interface PlanObjectName {
  readonly id: ObjectId;
  readonly what: 'plan' | 'claim' | 'beat' | 'result' | 'failed';
  readonly attempt: number;
  readonly beat: number;
}

/** Undefined when the name is not one of these. */
export function parsePlanName(name: string): PlanObjectName | undefined {
  const match = /^plan\/(\d{10}-\d{10})\.(?:(\d\d)\.(?:(\d{10})\.(beat)|(claim|result|failed))|(plan))$/.exec(name);
  if (match === null) return undefined;
  const [, id, attempt = '0', beat = '0', ...what] = match;
  return { id: parseId(id!)!, what: what.find(Boolean) as PlanObjectName['what'], attempt: Number(attempt), beat: Number(beat) };
}

/** Inverse of {@link idText}. */
export function parseId(text: string): ObjectId | undefined {
  const match = /^(\d{10})-(\d{10})$/.exec(text);
  return match ? { term: Number(match[1]), counter: Number(match[2]) } : undefined;
}

function digits(n: number, width: number): string {
  return String(n).padStart(width, '0');
}
