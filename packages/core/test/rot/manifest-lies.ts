// Manifests whose checksum is right and whose JSON is not: every part of it gone, of another type, or out of range; and parts that contradict
// each other.

import { manifestJson } from './seal-manifest.ts';

type Json = unknown;
type Path = readonly (string | number)[];

/** A changed JSON and what was changed. */
export interface Lie {
  readonly name: string;
  readonly json: Json;
}

const GONE = Symbol('gone');
const WRONG: readonly unknown[] = [
  GONE,
  null,
  true,
  -1,
  1.5,
  2 ** 53,
  1e300,
  '',
  '-1',
  '1.5',
  ' 1',
  '0x1',
  'ÿ',
  '99999999999999999999',
  [],
  {},
  [[]],
];
/** Texts that may be any text: names, identities and keys. What they may not be is among the contradictions. */
const FREE_TEXT = /(keys|values|name|uuid|log\.kind|nonce|parentNonce|database|smallest|largest)$/;

/** Every part of the JSON replaced by everything that cannot stand there. */
export function wrongParts(bytes: Uint8Array): Lie[] {
  const json = manifestJson(bytes);
  return pathsOf(json).flatMap((path) => {
    const name = path.join('.');
    const wrong = WRONG.filter((part) => !mayStand(part, partOf(json, path), path));
    return wrong.map((part) => ({ name: `${name} = ${part === GONE ? 'gone' : JSON.stringify(part)}`, json: withPart(json, path, part) }));
  });
}

/** A list may be shorter or empty, and a text that is free another. */
function mayStand(part: unknown, old: Json, path: Path): boolean {
  if (typeof part === 'string') return FREE_TEXT.test(path.join('.'));
  if (part === GONE) return typeof path.at(-1) === 'number';
  return Array.isArray(part) && part.length === 0 && Array.isArray(old);
}

function pathsOf(json: Json): Path[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    const step = Array.isArray(json) ? Number(key) : key;
    return [[step], ...pathsOf(value).map((rest) => [step, ...rest])];
  });
}

/** A copy with one part replaced. */
export function withPart(json: Json, [step, ...rest]: Path, part: unknown): Json {
  const copy = Array.isArray(json) ? [...(json as Json[])] : { ...(json as object) };
  const fields = copy as Record<string | number, Json>;
  if (rest.length > 0) fields[step!] = withPart(fields[step!], rest, part);
  else if (part !== GONE) fields[step!] = part;
  else if (Array.isArray(copy)) copy.splice(Number(step), 1);
  else delete fields[step!];
  return copy;
}

/** What stands at a path. */
export function partOf(json: Json, path: Path): Json {
  return path.reduce((part: Json, step) => (part as Record<string | number, Json>)[step], json);
}
