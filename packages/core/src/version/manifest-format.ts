// The JSON of a manifest object (docs/FORMAT.md). 64-bit numbers are decimal strings, bytes base64. A snapshot holds the whole state, an edit
// what changed since the manifest before it. Unknown edit kinds and required features are refused.

import { StorageError, unreadable } from '../base/errors.ts';
import { later } from '../format/epoch.ts';
import { checkDistinct, storedEpoch, storedIdentity, storedNumber, storedText, unsound } from '../format/json-checks.ts';
import { idText, manifestName } from '../format/object-names.ts';
import { idFromJson, sstInfoFromJson, sstInfoToJson, type SstInfo, type SstInfoJson } from '../format/sst-info.ts';
import type { Ancestor, Claim, KeySpaceInfo, ManifestState, RetiredSst } from './manifest-state.ts';
import { LEVELS, Version } from './version.ts';

/** Every manifest object says who wrote it and after which. */
interface Origin {
  term: string;
  nonce: string;
  parentNonce: string;
}

export interface SnapshotJson extends Origin {
  database: string;
  ancestors?: { database: string; term: string; address?: string | undefined }[];
  claims?: { term: string; nonce: string }[];
  required: string[];
  optional: string[];
  epochs: 'auto';
  log: { kind: string; uuid: string };
  logPosition: string;
  flushedEpoch?: string;
  safeEpoch: string;
  pendingFrom: string;
  nextObject: string;
  floor?: string;
  retired?: RetiredJson[];
  now: string;
  keySpaces: KeySpaceInfo[];
  nextKeySpace: number;
  levels: SstInfoJson[][];
}

export interface RetiredJson {
  id: string;
  number: string;
  at: string;
}

export type EditJson =
  | { kind: 'claim' }
  | { kind: 'ssts'; removed: string[]; added: { level: number; sst: SstInfoJson }[] }
  /** `epoch`: the newest that was flushed. */
  | { kind: 'log'; position: string; log?: string | undefined; epoch?: string }
  | { kind: 'objects'; pendingFrom: string; next: string; floor?: string }
  | { kind: 'clock'; now: string; safeEpoch: string }
  | { kind: 'keyspace'; space: KeySpaceInfo }
  | { kind: 'drop-keyspace'; id: number };

export interface EditsJson extends Origin {
  edits: EditJson[];
}

/** Terms are a half of an epoch. */
const LAST_TERM = 0xffffffff;

/** Some SSTs were made in a database that this one was cloned from: their checksums are bound to that. */
const ANCESTORS = 'ancestors';
/** Features that a database may require of its reader. */
const KNOWN_FEATURES: readonly string[] = [ANCESTORS];

export function snapshotToJson(state: ManifestState): SnapshotJson {
  return {
    term: String(state.term),
    nonce: state.nonce,
    parentNonce: state.parentNonce,
    database: state.database,
    ...(state.ancestors.length > 0 && { ancestors: state.ancestors.map((ancestor) => ({ ...ancestor, term: String(ancestor.term) })) }),
    ...(state.claims.length > 0 && { claims: state.claims.map(({ term, nonce }) => ({ term: String(term), nonce })) }),
    required: state.ancestors.length > 0 ? [ANCESTORS] : [],
    optional: [],
    epochs: 'auto',
    log: state.log,
    logPosition: String(state.logPosition),
    ...(state.flushedEpoch > 0n && { flushedEpoch: String(state.flushedEpoch) }),
    safeEpoch: String(state.safeEpoch),
    pendingFrom: String(state.pendingFrom),
    nextObject: String(state.nextObject),
    ...(state.floor > 0 && { floor: String(state.floor) }),
    ...(state.retired.length > 0 && { retired: state.retired.map(retiredToJson) }),
    now: String(state.now),
    keySpaces: [...state.keySpaces],
    nextKeySpace: state.nextKeySpace,
    levels: state.version.levels.map((level) => level.map(sstInfoToJson)),
  };
}

/** The state that a snapshot holds. Whatever is wrong with it names its object. */
export function snapshotFromJson(number: number, json: SnapshotJson, object = manifestName(number)): ManifestState {
  return decoding(object, () => {
    const unknown = json.required.find((feature) => !KNOWN_FEATURES.includes(feature));
    if (unknown !== undefined) throw unreadable('database', `feature=${unknown}`);
    if (json.epochs !== 'auto') throw unreadable('database', `epochs=${String(json.epochs)}`);
    return checked({
      ...originOf(number, json),
      parentNonce: storedText(json.parentNonce),
      database: storedIdentity(json.database),
      ancestors: ancestorsFromJson(json),
      claims: (json.claims ?? []).map(({ term, nonce }) => ({ term: storedNumber(term, LAST_TERM), nonce: storedText(nonce) })),
      log: { kind: storedText(json.log.kind), uuid: storedIdentity(json.log.uuid) },
      logPosition: storedNumber(json.logPosition),
      flushedEpoch: storedEpoch(json.flushedEpoch ?? '0'),
      safeEpoch: storedEpoch(json.safeEpoch),
      pendingFrom: storedNumber(json.pendingFrom),
      nextObject: storedNumber(json.nextObject),
      floor: storedNumber(json.floor ?? '0', number),
      retired: (json.retired ?? []).map(retiredFromJson),
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
  return decoding(manifestName(number), () => {
    const origin = originOf(number, json);
    if (json.parentNonce !== state.nonce || origin.term < state.term) throw unsound('it does not follow the one before');
    const next = json.edits.reduce(applyEdit, { ...state, ...origin, parentNonce: state.nonce });
    return checked({ ...next, retired: retiredOf(state, next, json.edits) });
  });
}

/** What is still there though nothing names it: what was, and what went now. Whatever the floor has reached is not counted any more. */
function retiredOf(before: ManifestState, { number, floor, now }: ManifestState, edits: readonly EditJson[]): readonly RetiredSst[] {
  const gone = edits.flatMap((edit) => (edit.kind === 'ssts' ? removedBy(edit) : []));
  if (gone.length === 0 && floor === before.floor) return before.retired;
  return [...before.retired, ...gone.map((id) => ({ id: idFromJson(id), number, at: now }))].filter((sst) => sst.number > floor);
}

/** An SST that moves to another level stays. */
function removedBy({ removed, added }: Extract<EditJson, { kind: 'ssts' }>): string[] {
  const stays = new Set(added.map(({ sst }) => sst.id));
  return removed.filter((id) => !stays.has(id));
}

/** Nearest first, so their terms go down, and none is as high as the database's own. */
function ancestorsFromJson({ ancestors = [], term }: SnapshotJson): Ancestor[] {
  let below = storedNumber(term, LAST_TERM);
  return ancestors.map((ancestor) => {
    const last = storedNumber(ancestor.term, below);
    below = last - 1;
    const { address } = ancestor;
    return { database: storedIdentity(ancestor.database), term: last, ...(address !== undefined && { address: storedText(address) }) };
  });
}

const retiredToJson = ({ id, number, at }: RetiredSst): RetiredJson => ({ id: idText(id), number: String(number), at: String(at) });

const retiredFromJson = ({ id, number, at }: RetiredJson): RetiredSst => ({
  id: idFromJson(id),
  number: storedNumber(number),
  at: storedNumber(at),
});

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
function decoding<T>(object: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    const code = cause instanceof StorageError ? cause.code : 'CORRUPTION';
    throw new StorageError(code, `manifest: ${(cause as Error).message}`, { object, cause });
  }
}

/** A term begins. Claims of terms of which nothing is left are forgotten. */
function claimsWith({ claims, term, nonce, version }: ManifestState): Claim[] {
  const left = new Set([...version.ssts()].map(({ id }) => id.term));
  return [...claims.filter((claim) => left.has(claim.term)), { term, nonce }];
}

function applyEdit(state: ManifestState, edit: EditJson): ManifestState {
  switch (edit.kind) {
    case 'claim':
      return { ...state, nextObject: 1, pendingFrom: 1, claims: claimsWith(state) };
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
      return {
        ...state,
        pendingFrom: storedNumber(edit.pendingFrom),
        nextObject: storedNumber(edit.next),
        floor: Math.max(state.floor, storedNumber(edit.floor ?? '0', state.number)),
      };
    case 'clock':
      return { ...state, now: Math.max(state.now, storedNumber(edit.now)), safeEpoch: later(state.safeEpoch, storedEpoch(edit.safeEpoch)) };
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
