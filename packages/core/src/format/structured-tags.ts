// The numbers of the structured codec; its layout is drawn in structured-codec.ts. Persisted: never changed, never reused.

export const SMALL_INTEGER = 0x00;
export const SHORT_STRING = 0x40;
export const SMALL_OBJECT = 0x60;
export const SHORT_ARRAY = 0x70;
export const UNDEFINED = 0x80;
export const NULL = 0x81;
export const FALSE = 0x82;
export const TRUE = 0x83;
export const INTEGER = 0x84;
export const NEGATIVE_INTEGER = 0x85;
export const NUMBER = 0x86;
export const DATE = 0x87;
export const BIGINT = 0x88;
export const STRING = 0x89;
export const ARRAY = 0x8a;
export const OBJECT = 0x8b;
export const SET = 0x8c;
export const MAP = 0x8d;
export const BUFFER = 0x8e;

/** A buffer's kind is its place in this list. */
export const BUFFER_KINDS = [
  'ArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float32Array',
  'Float64Array',
  'Float16Array',
] as const;
