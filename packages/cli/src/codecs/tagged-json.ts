// JavaScript values in JSON without loss. What JSON knows stands as it is; the rest is an object with one property that begins with `$`:
//
//   {"$bigint": "12"}   {"$number": "NaN" | "Infinity" | "-Infinity" | "-0"}   {"$date": "2026-11-21T00:00:00.000Z" | null}   {"$undefined": true}
//   {"$bytes": "<base64>"}   {"$buffer": ["Float64Array", "<base64>"]}   {"$set": [...]}   {"$map": [[key, value], ...]}
//   {"$object": {...}}   a plain object with a single property that begins with `$`

import { Failure } from '../failure.ts';
import { fromBase64, toBase64 } from './byte-text.ts';

type Json = unknown;

const BUFFERS = {
  ArrayBuffer,
  DataView,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
} as const;

/** The value as JSON. */
export function toTagged(value: unknown): Json {
  switch (typeof value) {
    case 'bigint':
      return { $bigint: String(value) };
    case 'undefined':
      return { $undefined: true };
    case 'number':
      if (Object.is(value, -0)) return { $number: '-0' };
      return Number.isFinite(value) ? value : { $number: String(value) };
    case 'object':
      return value === null ? null : objectToTagged(value);
    default:
      return value;
  }
}

function objectToTagged(value: object): Json {
  if (Array.isArray(value)) return value.map(toTagged);
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (value instanceof Set) return { $set: [...value].map(toTagged) };
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [toTagged(key), toTagged(item)]) };
  if (value instanceof Uint8Array && value.constructor.name !== 'Uint8ClampedArray') return { $bytes: toBase64(value) };
  if (value instanceof ArrayBuffer) return { $buffer: ['ArrayBuffer', toBase64(new Uint8Array(value))] };
  if (ArrayBuffer.isView(value)) {
    return { $buffer: [value.constructor.name, toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))] };
  }
  const names = Object.keys(value);
  const plain = Object.fromEntries(names.map((name) => [name, toTagged((value as Record<string, unknown>)[name])]));
  return names.length === 1 && names[0].startsWith('$') ? { $object: plain } : plain;
}

/** The value that {@link toTagged} made this of. */
export function fromTagged(json: Json): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(fromTagged);
  const names = Object.keys(json);
  const first = names[0];
  if (names.length === 1 && first.startsWith('$')) return fromTag(first, (json as Record<string, unknown>)[first]);
  return fromPlain(json);
}

function fromPlain(json: object): unknown {
  return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, fromTagged(item)]));
}

function fromTag(tag: string, content: unknown): unknown {
  switch (tag) {
    case '$undefined':
      return undefined;
    case '$bigint':
      if (typeof content === 'string' && /^-?\d+$/.test(content)) return BigInt(content);
      break;
    case '$number':
      if (content === 'NaN' || content === 'Infinity' || content === '-Infinity' || content === '-0') return Number(content);
      break;
    case '$date':
      if (content === null || (typeof content === 'string' && !Number.isNaN(Date.parse(content)))) return new Date(content ?? NaN);
      break;
    case '$bytes':
      if (typeof content === 'string') return fromBase64(content);
      break;
    case '$buffer':
      return fromBuffer(content);
    case '$set':
      if (Array.isArray(content)) return new Set(content.map(fromTagged));
      break;
    case '$map':
      if (Array.isArray(content)) {
        return new Map(content.map((pair: unknown) => (pair as [unknown, unknown]).map(fromTagged) as [unknown, unknown]));
      }
      break;
    case '$object':
      if (typeof content === 'object' && content !== null) return fromPlain(content);
      break;
    default:
  }
  throw new Failure('BAD_INPUT', `not a value in tagged JSON: ${JSON.stringify({ [tag]: content })}`);
}

function fromBuffer(content: unknown): unknown {
  const [name, text] = Array.isArray(content) ? (content as [string, string]) : ['', ''];
  const make = BUFFERS[name as keyof typeof BUFFERS];
  if (make === undefined) throw new Failure('BAD_INPUT', `a buffer is one of ${Object.keys(BUFFERS).join(', ')}, not ${name}`);
  const { buffer } = Uint8Array.from(fromBase64(text));
  return make === ArrayBuffer ? buffer : new (make as typeof DataView)(buffer);
}
