// The JSON of a manifest object (docs/FORMAT.md). 64-bit numbers are decimal strings, bytes base64. A snapshot holds the whole state, an edit
// what changed since the manifest before it. Unknown edit kinds and required features are refused.

import { StorageError, unreadable } from '../base/errors.ts';
import { later } from '../format/epoch.ts';
import { checkDistinct, storedEpoch, storedIdentity, storedNumber, storedText, unsound } from '../format/json-checks.ts';
import { idText, manifestName } from '../format/object-names.ts';
import { idFromJson, sstInfoFromJson, sstInfoToJson, type SstInfo, type SstInfoJson } from '../format/sst-info.ts';
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
  flushedEpoch?: string;
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
  /** `epoch`: the newest that was flushed. */
  | { kind: 'log'; position: string; log?: string | undefined; epoch?: string }
  | { kind: 'objects'; pendingFrom: string; next: string }
  | { kind: 'clock'; now: string; safeEpoch: string }
  | { kind: 'keyspace'; space: KeySpaceInfo }
  | { kind: 'drop-keyspace'; id: number };

export interface EditsJson extends Origin {
  edits: EditJson[];
}

/** Terms are a half of an epoch. */
const LAST_TERM = 0xffffffff;

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
    ...(state.flushedEpoch > 0n && { flushedEpoch: String(state.flushedEpoch) }),
    safeEpoch: String(state.safeEpoch),
    pendingFrom: String(state.pendingFrom),
    nextObject: String(state.nextObject),
    now: String(state.now),
    keySpaces: [...state.keySpaces],
    nextKeySpace: state.nextKeySpace,
    levels: state.version.levels.map((level) => level.map(sstInfoToJson)),
  };
}

/** The state that a snapshot holds. Whatever is wrong with it names its object. */
export function snapshotFromJson(number: number, json: SnapshotJson): ManifestState {
  return decoding(number, () => {
    const unknown = json.required.find((feature) => !KNOWN_FEATURES.includes(feature));
    if (unknown !== undefined) throw unreadable('database', `feature=${unknown}`);
    if (json.epochs !== 'auto') throw unreadable('database', `epochs=${String(json.epochs)}`);
    return checked({
      ...originOf(number, json),
      parentNonce: storedText(json.parentNonce),
      database: storedIdentity(json.database),
      log: { kind: storedText(json.log.kind), uuid: storedIdentity(json.log.uuid) },
      logPosition: storedNumber(json.logPosition),
      flushedEpoch: storedEpoch(json.flushedEpoch ?? '0'),
      safeEpoch: storedEpoch(json.safeEpoch),
      pendingFrom: storedNumber(json.pendingFrom),
      nextObject: storedNumber(json.nextObject),
      now: storedNumber(json.now),
      keySpaces: json.keySpaces,
      nextKeySpace: storedNumber(json.nextKeySpace),
      version: new Version(json.levels.map((level) => level.map(sstInfoFromJson))),
    });
  });
}

/** The state after one more manifest object. */
export function applyEdits(state: ManifestState, json: EditsJson): ManifestState {
  const number = state.number + 1;
  return decoding(number, () => {
    const origin = originOf(number, json);
    if (json.parentNonce !== state.nonce || origin.term < state.term) throw unsound('it does not follow the one before');
    return checked(json.edits.reduce(applyEdit, { ...state, ...origin, parentNonce: state.nonce }));
  });
}

function originOf(number: number, { term, nonce }: Origin): Pick<ManifestState, 'number' | 'term' | 'nonce'> {
  return { number, term: storedNumber(term, LAST_TERM), nonce: storedText(nonce) };
}

/** The state, unless its parts contradict each other. */
function checked(state: ManifestState): ManifestState {
  const { keySpaces, nextKeySpace, version } = state;
  for (const { id, keys, values } of keySpaces) {
    if (typeof id !== 'number') throw unsound(id);
    storedNumber(id, nextKeySpace - 1);
    storedText(keys);
    storedText(values);
  }
  checkDistinct(keySpaces.map(({ id }) => id));
  checkDistinct(keySpaces.map(({ name }) => storedText(name)));
  for (const { id } of version.ssts()) storedNumber(id.term, state.term);
  version.check();
  return state;
}

/** What is not of the shape that the format draws fails in some way: it is CORRUPTION, and named. */
function decoding<T>(number: number, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    const code = cause instanceof StorageError ? cause.code : 'CORRUPTION';
    throw new StorageError(code, `manifest: ${(cause as Error).message}`, { object: manifestName(number), cause });
  }
}

function applyEdit(state: ManifestState, edit: EditJson): ManifestState {
  switch (edit.kind) {
    case 'claim':
      return { ...state, nextObject: 1, pendingFrom: 1 };
    case 'ssts':
      return { ...state, version: state.version.apply({ removed: edit.removed.map(idFromJson), added: edit.added.map(addedOf) }) };
    case 'log':
      return {
        ...state,
        logPosition: storedNumber(edit.position),
        flushedEpoch: later(state.flushedEpoch, storedEpoch(edit.epoch ?? '0')),
        log: { kind: storedText(edit.log ?? state.log.kind), uuid: state.log.uuid },
      };
    case 'objects':
      return { ...state, pendingFrom: storedNumber(edit.pendingFrom), nextObject: storedNumber(edit.next) };
    case 'clock':
      return { ...state, now: Math.max(state.now, storedNumber(edit.now)), safeEpoch: storedEpoch(edit.safeEpoch) };
    case 'keyspace':
      return { ...state, keySpaces: [...state.keySpaces, edit.space], nextKeySpace: Math.max(state.nextKeySpace, edit.space.id + 1) };
    case 'drop-keyspace':
      return { ...state, keySpaces: state.keySpaces.filter((space) => space.id !== edit.id) };
    default:
      throw unreadable('edit', `kind=${(edit as { kind: string }).kind}`);
  }
}

const addedOf = ({ level, sst }: { level: number; sst: SstInfoJson }) => ({
  level: storedNumber(level, LEVELS - 1),
  sst: sstInfoFromJson(sst),
});

/** JSON of a change of levels: SSTs that go, and those that come, to one level. */
export function sstsEdit(removed: readonly SstInfo[], level: number, added: readonly SstInfo[]): EditJson {
  return { kind: 'ssts', removed: removed.map(({ id }) => idText(id)), added: added.map((sst) => ({ level, sst: sstInfoToJson(sst) })) };
}
