// The JSON of a manifest object (docs/FORMAT.md). 64-bit numbers are decimal strings, bytes base64. A snapshot holds the whole state, an edit
// what changed since the manifest before it. Unknown edit kinds and required features are refused.

import { StorageError } from '../base/errors.ts';
import { idText, manifestName, parseId } from '../format/object-names.ts';
import { sstInfoFromJson, sstInfoToJson, type SstInfo, type SstInfoJson } from '../format/sst-info.ts';
import type { KeySpaceInfo, ManifestState } from './manifest-state.ts';
import { LEVELS, Version } from './version.ts';

/** Every manifest object says who wrote it and after which. */
interface Origin {
  term: string;
  nonce: string;
  parentNonce: string;
}

export interface SnapshotJson extends Origin {
  database: string;
  required: string[];
  optional: string[];
  epochs: 'auto';
  log: { kind: string; uuid: string };
  logPosition: string;
  safeEpoch: string;
  pendingFrom: string;
  nextObject: string;
  now: string;
  keySpaces: KeySpaceInfo[];
  nextKeySpace: number;
  levels: SstInfoJson[][];
}

export type EditJson =
  | { kind: 'claim' }
  | { kind: 'ssts'; removed: string[]; added: { level: number; sst: SstInfoJson }[] }
  | { kind: 'log'; position: string }
  | { kind: 'objects'; pendingFrom: string; next: string }
  | { kind: 'clock'; now: string; safeEpoch: string }
  | { kind: 'keyspace'; space: KeySpaceInfo }
  | { kind: 'drop-keyspace'; id: number };

export interface EditsJson extends Origin {
  edits: EditJson[];
}

/** Features a database may require of its reader; none exists yet beyond format version 1. */
const KNOWN_FEATURES: readonly string[] = [];

export function snapshotToJson(state: ManifestState): SnapshotJson {
  return {
    term: String(state.term),
    nonce: state.nonce,
    parentNonce: state.parentNonce,
    database: state.database,
    required: [],
    optional: [],
    epochs: 'auto',
    log: state.log,
    logPosition: String(state.logPosition),
    safeEpoch: String(state.safeEpoch),
    pendingFrom: String(state.pendingFrom),
    nextObject: String(state.nextObject),
    now: String(state.now),
    keySpaces: [...state.keySpaces],
    nextKeySpace: state.nextKeySpace,
    levels: state.version.levels.map((level) => level.map(sstInfoToJson)),
  };
}

export function snapshotFromJson(number: number, json: SnapshotJson): ManifestState {
  const unknown = json.required.find((feature) => !KNOWN_FEATURES.includes(feature));
  if (unknown !== undefined) throw new StorageError('UNSUPPORTED', `database requires feature=${unknown}: open it with a newer version`);
  if (json.epochs !== 'auto') {
    throw new StorageError('UNSUPPORTED', `database has epochs=${String(json.epochs)}: open it with a newer version`);
  }
  if (json.levels.length !== LEVELS) {
    throw new StorageError('CORRUPTION', `manifest has levels=${json.levels.length}`, { object: manifestName(number) });
  }
  return {
    number,
    term: Number(json.term),
    nonce: json.nonce,
    parentNonce: json.parentNonce,
    database: json.database,
    log: json.log,
    logPosition: Number(json.logPosition),
    safeEpoch: BigInt(json.safeEpoch),
    pendingFrom: Number(json.pendingFrom),
    nextObject: Number(json.nextObject),
    now: Number(json.now),
    keySpaces: json.keySpaces,
    nextKeySpace: json.nextKeySpace,
    version: new Version(json.levels.map((level) => level.map(sstInfoFromJson))),
  };
}

/** The state after one more manifest object. */
export function applyEdits(state: ManifestState, json: EditsJson): ManifestState {
  const origin = { number: state.number + 1, term: Number(json.term), nonce: json.nonce, parentNonce: json.parentNonce };
  return json.edits.reduce(applyEdit, { ...state, ...origin });
}

function applyEdit(state: ManifestState, edit: EditJson): ManifestState {
  switch (edit.kind) {
    case 'claim':
      return { ...state, nextObject: 1, pendingFrom: 1 };
    case 'ssts':
      return { ...state, version: state.version.apply({ removed: edit.removed.map(idOf), added: edit.added.map(addedOf) }) };
    case 'log':
      return { ...state, logPosition: Number(edit.position) };
    case 'objects':
      return { ...state, pendingFrom: Number(edit.pendingFrom), nextObject: Number(edit.next) };
    case 'clock':
      return { ...state, now: Math.max(state.now, Number(edit.now)), safeEpoch: BigInt(edit.safeEpoch) };
    case 'keyspace':
      return { ...state, keySpaces: [...state.keySpaces, edit.space], nextKeySpace: Math.max(state.nextKeySpace, edit.space.id + 1) };
    case 'drop-keyspace':
      return { ...state, keySpaces: state.keySpaces.filter((space) => space.id !== edit.id) };
    default:
      throw new StorageError('UNSUPPORTED', `manifest has an edit of kind=${(edit as { kind: string }).kind}: use a newer version`);
  }
}

function idOf(text: string): { term: number; counter: number } {
  const id = parseId(text);
  if (id === undefined) throw new StorageError('CORRUPTION', `manifest names an SST in an unknown way id=${text}`);
  return id;
}

const addedOf = ({ level, sst }: { level: number; sst: SstInfoJson }) => ({ level, sst: sstInfoFromJson(sst) });

/** JSON of a change of levels: SSTs that go, and those that come, to one level. */
export function sstsEdit(removed: readonly SstInfo[], level: number, added: readonly SstInfo[]): EditJson {
  return { kind: 'ssts', removed: removed.map(({ id }) => idText(id)), added: added.map((sst) => ({ level, sst: sstInfoToJson(sst) })) };
}
