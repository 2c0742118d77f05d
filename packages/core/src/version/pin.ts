// Pins: objects that keep a state of the database for somebody (docs/PROTOCOL.md, rule 12). A checkpoint is one with a name that somebody chose.
//
//   pin/<name>/<20-digit number of the manifest>-<nonce>.pin      framed as a manifest is, number 0
//
// The payload is a manifest's snapshot and `pin`. It holds the whole state: manifests come and go.

import { StorageError } from '../base/errors.ts';
import { allOf } from '../base/maybe-promise.ts';
import { storedNumber } from '../format/json-checks.ts';
import { parsePinName, PIN_PREFIX, pinName } from '../format/object-names.ts';
import { io, type Job } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { snapshotFromJson, snapshotToJson, type SnapshotJson } from './manifest-format.ts';
import type { ManifestState } from './manifest-state.ts';
import { decodeManifest, encodeManifest, type ManifestParts } from './manifest.ts';

/** No manifest has this number. */
const PIN_NUMBER = 0;

export interface Pin {
  readonly object: string;
  readonly name: string;
  readonly madeAt: number;
  /** It counts until then, ms; undefined: until it is deleted. */
  readonly until: number | undefined;
  readonly state: ManifestState;
}

interface PinJson extends SnapshotJson {
  pin: { madeAt: string; until?: string };
}

/** What reads pins. */
export type PinParts = Pick<ManifestParts, 'heap' | 'kernels' | 'store'>;
type Codec = Pick<ManifestParts, 'heap' | 'kernels'>;

/** The object of a pin of this state. */
export function encodePin(parts: Codec, { name, madeAt, until, state }: Omit<Pin, 'object'>, nonce: string) {
  const pin = { madeAt: String(madeAt), ...(until !== undefined && { until: String(until) }) };
  const json: PinJson = { ...snapshotToJson({ ...state, floor: 0, retired: [] }), pin };
  return { object: pinName(name, state.number, nonce), bytes: encodeManifest(parts, PIN_NUMBER, json) };
}

/** Throws `CORRUPTION` when it is none. */
export function decodePin(parts: Codec, object: string, bytes: Uint8Array): Pin {
  const json = decodeManifest(parts, PIN_NUMBER, bytes, object) as Partial<PinJson>;
  const named = parsePinName(object);
  if (named === undefined || json.levels === undefined || json.pin === undefined) {
    throw new StorageError('CORRUPTION', 'not a pin', { object });
  }
  const { madeAt, until } = json.pin;
  return {
    object,
    name: named.name,
    madeAt: storedNumber(madeAt),
    until: until === undefined ? undefined : storedNumber(until),
    state: snapshotFromJson(named.manifest, json as PinJson, object),
  };
}

/** Names of the pins that are in a store. */
export function* listPins(store: ObjectStore, name?: string): Job<string[]> {
  const infos = yield* io(store, (door) => door.list(name === undefined ? PIN_PREFIX : `${PIN_PREFIX}${name}/`));
  return infos.map((info) => info.name).filter((object) => parsePinName(object) !== undefined);
}

/** Those of them that are still there. */
export function* readPins(parts: PinParts, objects: readonly string[]): Job<Pin[]> {
  const found = yield* io(parts.store, (door) => allOf(objects.map((object) => door.get(object))));
  return found.flatMap((bytes, i) => (bytes === undefined ? [] : [decodePin(parts, objects[i]!, bytes)]));
}
