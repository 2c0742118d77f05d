// Codecs and errors alone, without the engine: for pages that leave it to a worker, where nothing bundles what they load. @varve/core has the same.

export { StorageError, type StorageErrorCode } from './base/errors.ts';
export { bytes, type BytesLike } from './format/bytes-codec.ts';
export type { Codec, KeyCodec } from './format/codec.ts';
export { json } from './format/json-codec.ts';
export type { KeyPart, PartName } from './format/key-part.ts';
export { codec, keyCodec, type SimpleCodec } from './format/simple-codec.ts';
export type { StandardSchema } from './format/standard-schema.ts';
export { structured } from './format/structured-codec.ts';
export { tuple, type PartOf, type PartsOf, type Prefixes } from './format/tuple-codec.ts';
export { utf8 } from './format/utf8-codec.ts';
