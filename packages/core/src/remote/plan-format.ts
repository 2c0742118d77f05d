// The bytes of what stands below `plan/` (docs/FORMAT.md): a header, one record, JSON in it. As manifests: 64-bit numbers are decimal strings, bytes base64;
// an unknown format is refused. The record's checksum is bound to the plan's id, and the JSON names plan and attempt once more.

import type { Kernels } from '@varve/wasm-kernels';
import { StorageError, unreadable } from '../base/errors.ts';
import { epochFromBigInt, epochToBigInt } from '../format/epoch.ts';
import { checkDistinct, storedEpoch, storedIdentity, storedNumber, storedText, unsound } from '../format/json-checks.ts';
import { attemptName, idText, planName, type ObjectId } from '../format/object-names.ts';
import { decodeRecord, encodeRecord, RECORD_CLAIM, RECORD_FAILED, RECORD_PLAN, RECORD_RESULT } from '../format/record.ts';
import { idFromJson, sstInfoFromJson, sstInfoToJson, type SstInfoJson } from '../format/sst-info.ts';
import type { Heap } from '../heap/heap.ts';
import { LEVELS } from '../version/version.ts';
import type { PlanResult, RemotePlan } from './plan.ts';

const MAGIC = 0x4e4c5056;
const VERSION = 1;
const HEADER_BYTES = 8;
const MOST_ATTEMPTS = 99;

export interface FormatParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
}

/** An attempt at a plan. */
export interface AttemptId {
  readonly id: ObjectId;
  readonly attempt: number;
}

export function encodePlan(parts: FormatParts, plan: RemotePlan): Uint8Array {
  return encode(parts, RECORD_PLAN, plan.id, {
    plan: idText(plan.id),
    database: plan.database,
    level: plan.level,
    outputLevel: plan.outputLevel,
    bottom: plan.bottom,
    inputs: plan.inputs.map(sstInfoToJson),
    below: plan.below.map(sstInfoToJson),
    attempts: plan.attempts,
    idsEach: plan.idsEach,
    readers: plan.readers.map((epoch) => String(epochToBigInt(epoch))),
    safeEpoch: String(plan.safeEpoch),
    now: String(plan.now),
    blockSizeBytes: plan.blockSizeBytes,
    partitionSizeBytes: plan.partitionSizeBytes,
    fileSizeBytes: plan.fileSizeBytes,
    compression: plan.compression,
    silentMs: plan.silentMs,
  });
}

/** Throws `CORRUPTION` when it is damaged, `UNSUPPORTED` when a newer version wrote it. */
export function decodePlan(parts: FormatParts, id: ObjectId, bytes: Uint8Array): RemotePlan {
  return decode(parts, RECORD_PLAN, planName(id), id, bytes, (json) => {
    const level = storedNumber(json.level, LEVELS - 2);
    const infos = (stored: unknown) => (stored as SstInfoJson[]).map(sstInfoFromJson);
    const plan: RemotePlan = {
      id,
      database: storedIdentity(json.database as string),
      level,
      outputLevel: storedNumber(json.outputLevel, level + 1),
      bottom: storedFlag(json.bottom),
      inputs: infos(json.inputs),
      below: infos(json.below),
      attempts: storedNumber(json.attempts, MOST_ATTEMPTS),
      idsEach: storedNumber(json.idsEach, 0xffffffff),
      readers: (json.readers as string[]).map((epoch) => epochFromBigInt(storedEpoch(epoch))),
      safeEpoch: storedEpoch(json.safeEpoch as string),
      now: storedNumber(json.now),
      blockSizeBytes: storedNumber(json.blockSizeBytes, 1 << 24),
      partitionSizeBytes: storedNumber(json.partitionSizeBytes, 1 << 24),
      fileSizeBytes: storedNumber(json.fileSizeBytes, 0x7fffffff),
      compression: storedCompression(json.compression),
      silentMs: storedNumber(json.silentMs),
    };
    if (json.plan !== idText(id) || plan.outputLevel !== level + 1 || plan.inputs.length === 0) throw unsound(json.plan);
    checkDistinct([...plan.inputs, ...plan.below].map((info) => idText(info.id)));
    return plan;
  });
}

/** Also what a beat holds: who goes on. */
export function encodeClaim(parts: FormatParts, { id, attempt }: AttemptId, nonce: string): Uint8Array {
  return encode(parts, RECORD_CLAIM, id, { plan: idText(id), attempt, nonce });
}

/** The nonce of who has claimed. */
export function decodeClaim(parts: FormatParts, of: AttemptId, bytes: Uint8Array): string {
  return decode(parts, RECORD_CLAIM, attemptName(of.id, of.attempt, 'claim'), of.id, bytes, (json) => {
    checkAttempt(json, of);
    return storedText(json.nonce);
  });
}

export function encodeResult(parts: FormatParts, { id, attempt }: AttemptId, { outputs, readBytes }: PlanResult): Uint8Array {
  return encode(parts, RECORD_RESULT, id, { plan: idText(id), attempt, outputs: outputs.map(sstInfoToJson), readBytes: String(readBytes) });
}

export function decodeResult(parts: FormatParts, of: AttemptId, bytes: Uint8Array): PlanResult {
  return decode(parts, RECORD_RESULT, attemptName(of.id, of.attempt, 'result'), of.id, bytes, (json) => {
    checkAttempt(json, of);
    return { outputs: (json.outputs as SstInfoJson[]).map(sstInfoFromJson), readBytes: storedNumber(json.readBytes) };
  });
}

export function encodeFailed(parts: FormatParts, { id, attempt }: AttemptId, reason: string): Uint8Array {
  return encode(parts, RECORD_FAILED, id, { plan: idText(id), attempt, reason });
}

/** Why it failed, in words. */
export function decodeFailed(parts: FormatParts, of: AttemptId, bytes: Uint8Array): string {
  return decode(parts, RECORD_FAILED, attemptName(of.id, of.attempt, 'failed'), of.id, bytes, (json) => {
    checkAttempt(json, of);
    return storedText(json.reason);
  });
}

type Json = Record<string, unknown>;

function checkAttempt(json: Json, { id, attempt }: AttemptId): void {
  if (json.plan !== idText(id) || idFromJson(json.plan).term !== id.term || json.attempt !== attempt) throw unsound(json.plan);
}

function storedFlag(stored: unknown): boolean {
  if (typeof stored === 'boolean') return stored;
  throw unsound(stored);
}

function storedCompression(stored: unknown): 'lz4' | 'none' {
  if (stored === 'lz4' || stored === 'none') return stored;
  throw unreadable('plan', `compression=${String(stored)}`);
}

/** The counter, and what fits above it of the term: the JSON says the rest. */
const seedOf = ({ term, counter }: ObjectId): number => (term % 2 ** 20) * 2 ** 32 + counter;

function encode(parts: FormatParts, type: number, id: ObjectId, json: Json): Uint8Array {
  const record = encodeRecord(parts.heap, parts.kernels, type, new TextEncoder().encode(JSON.stringify(json)), seedOf(id));
  const bytes = new Uint8Array(HEADER_BYTES + record.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  bytes.set(record, HEADER_BYTES);
  return bytes;
}

/** Whatever is wrong with it names its object. */
function decode<T>(parts: FormatParts, type: number, object: string, id: ObjectId, bytes: Uint8Array, read: (json: Json) => T): T {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) throw new StorageError('CORRUPTION', 'not a plan', { object });
  const version = view.getUint16(4, true);
  if (version !== VERSION) throw unreadable('plan', `format=${version}`, { object });
  const record = decodeRecord(parts.heap, parts.kernels, bytes.subarray(HEADER_BYTES), seedOf(id));
  if (view.getUint16(6, true) !== 0 || record?.type !== type) throw new StorageError('CORRUPTION', 'plan object is damaged', { object });
  try {
    return read(JSON.parse(new TextDecoder().decode(record.payload)) as Json);
  } catch (cause) {
    const code = cause instanceof StorageError ? cause.code : 'CORRUPTION';
    throw new StorageError(code, `plan: ${(cause as Error).message}`, { object, cause });
  }
}
