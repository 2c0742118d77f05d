// From the range that a user writes to the bounds that a scan uses: stored keys (key-space id, then the encoded key), each end open or closed.
// `gt`, `gte`, `lt`, `lte` and `prefix` name keys, not directions: `reverse` changes the order of the entries, never which they are. Several limits
// on one side meet: the tightest counts. A range that contains nothing is allowed.

import { checkBoolean, checkInteger, checkOptions } from '../base/argument-checks.ts';
import { assert } from '../base/errors.ts';
import { compareBytes } from './compare-bytes.ts';
import { type KeySpaceCodec, MAX_KEY_BYTES } from './key-space.ts';
import { prefixSuccessor } from './prefix-successor.ts';
import { orderedVarintLength, writeOrderedVarint } from './ordered-varint.ts';

/** A key space as far as its keys go in. */
type Space<K, P> = KeySpaceCodec<unknown, unknown, P, K, never>;

/** Which keys. Limits on both sides may be left out. */
export interface KeyRange<K, P = K> {
  /** Keys after this one. */
  readonly gt?: K | undefined;
  /** This key and those after it. */
  readonly gte?: K | undefined;
  /** Keys before this one. */
  readonly lt?: K | undefined;
  /** This key and those before it. */
  readonly lte?: K | undefined;
  /** Keys that begin with this. */
  readonly prefix?: P | undefined;
}

/** Which entries, and how. */
export interface ScanOptions<K, P = K> extends KeyRange<K, P> {
  /** From the last key to the first. */
  readonly reverse?: boolean | undefined;
  /** Entries at most. */
  readonly limit?: number | undefined;
  /** Leaves the values out. */
  readonly keysOnly?: boolean | undefined;
}

/** A stretch of stored keys. It is empty when `lower` lies above `upper`, or on it without both ends belonging to it. */
export interface KeyBounds {
  readonly lower: Uint8Array;
  /** True: `lower` itself does not belong to it. */
  readonly lowerOpen: boolean;
  readonly upper: Uint8Array;
  /** True: `upper` itself belongs to it. */
  readonly upperClosed: boolean;
}

/** What is left of {@link ScanOptions} once keys are bytes. */
export interface ScanBounds extends KeyBounds {
  readonly reverse: boolean;
  /** Infinity when there is none. */
  readonly limit: number;
  readonly keysOnly: boolean;
}

const RANGE_OPTIONS: readonly string[] = ['gt', 'gte', 'lt', 'lte', 'prefix'];
const SCAN_OPTIONS: readonly string[] = [...RANGE_OPTIONS, 'reverse', 'limit', 'keysOnly'];

/**
 * The bounds of a scan in a key space. `more` names options that the caller of this function understands.
 * Throws a TypeError for unknown options and for `gt` with `gte` or `lt` with `lte`.
 */
export function scanBounds<K, P>(options: ScanOptions<K, P>, space: Space<K, P>, more: readonly string[] = []): ScanBounds {
  checkOptions(options, more.length === 0 ? SCAN_OPTIONS : optionsWith(more));
  const { reverse, limit, keysOnly } = options;
  checkBoolean('reverse', reverse);
  checkBoolean('keysOnly', keysOnly);
  if (limit !== Infinity) checkInteger('limit', limit, 0);
  const bounds = keyBounds(options, space);
  return { ...bounds, reverse: reverse ?? false, limit: limit ?? Infinity, keysOnly: keysOnly ?? false };
}

const extended = /* @__PURE__ */ new WeakMap<readonly string[], readonly string[]>();

/** Scans are begun often: the list is made once. */
function optionsWith(more: readonly string[]): readonly string[] {
  const known = extended.get(more);
  if (known !== undefined) return known;
  const all = [...SCAN_OPTIONS, ...more];
  extended.set(more, all);
  return all;
}

/** The bounds of a range of keys, with the same checks. */
export function rangeBounds<K, P>(range: KeyRange<K, P>, space: Space<K, P>, more: readonly string[] = []): KeyBounds {
  checkOptions(range, [...RANGE_OPTIONS, ...more]);
  return keyBounds(range, space);
}

/** True when no key can lie inside. */
export function isEmptyBounds({ lower, lowerOpen, upper, upperClosed }: KeyBounds): boolean {
  const order = compareBytes(lower, upper);
  return order > 0 || (order === 0 && (lowerOpen || !upperClosed));
}

/** The same stretch as [lower, upper), for what knows half-open ranges only. */
export function halfOpenBounds(bounds: KeyBounds): { lower: Uint8Array; upper: Uint8Array } {
  return {
    lower: bounds.lowerOpen ? keySuccessor(bounds.lower) : bounds.lower,
    upper: bounds.upperClosed ? keySuccessor(bounds.upper) : bounds.upper,
  };
}

/** A key as it is stored: the key space's id, then the encoded key. For hot paths write it in place instead. */
export function storedKey<K, P>(space: Space<K, P>, key: K): Uint8Array {
  const target = new Uint8Array(space.maxKeyBytes(key));
  return target.subarray(0, space.writeKey(key, target, 0));
}

function keyBounds<K, P>(range: KeyRange<K, P>, space: Space<K, P>): KeyBounds {
  const { gt, gte, lt, lte, prefix } = range;
  if (gt !== undefined && gte !== undefined) throw new TypeError('a range has gt or gte, not both');
  if (lt !== undefined && lte !== undefined) throw new TypeError('a range has lt or lte, not both');
  const bounds = prefix === undefined ? wholeBounds(space) : prefixBounds(storedPrefix(space, prefix));
  const lowest = gt ?? gte;
  const highest = lt ?? lte;
  if (lowest !== undefined) raiseLower(bounds, storedKey(space, lowest), gt !== undefined);
  if (highest !== undefined) lowerUpper(bounds, storedKey(space, highest), lte !== undefined);
  return bounds;
}

type Bounds = { -readonly [Field in keyof KeyBounds]: KeyBounds[Field] };

function wholeBounds<K, P>({ whole }: Space<K, P>): Bounds {
  return { lower: whole.lower, lowerOpen: false, upper: whole.upper, upperClosed: false };
}

function prefixBounds(prefix: Uint8Array): Bounds {
  const upper = prefixSuccessor(prefix);
  assert(upper !== undefined, 'a stored key begins with a key-space id, which is never all ff');
  return { lower: prefix, lowerOpen: false, upper, upperClosed: false };
}

function raiseLower(bounds: Bounds, lower: Uint8Array, open: boolean): void {
  if (compareBytes(lower, bounds.lower) < 0) return;
  bounds.lower = lower;
  bounds.lowerOpen = open;
}

function lowerUpper(bounds: Bounds, upper: Uint8Array, closed: boolean): void {
  if (compareBytes(upper, bounds.upper) >= 0) return;
  bounds.upper = upper;
  bounds.upperClosed = closed;
}

function storedPrefix<K, P>({ id, keys, prefixBytes }: Space<K, P>, prefix: P): Uint8Array {
  const target = new Uint8Array(prefixBytes + keys.maxPrefixBytes(prefix));
  const start = writeOrderedVarint(id, target, 0);
  const end = keys.encodePrefixInto(prefix, target, start);
  if (end - start > MAX_KEY_BYTES) throw new RangeError(`prefix is too long: at most ${MAX_KEY_BYTES} bytes bytes=${end - start}`);
  return target.subarray(0, end);
}

/** The smallest stored key above this one: one zero byte more, or, where a key cannot be longer, the next one of its length. */
function keySuccessor(key: Uint8Array): Uint8Array {
  if (key.length - orderedVarintLength(key[0]) >= MAX_KEY_BYTES) return prefixSuccessor(key) ?? key;
  const successor = new Uint8Array(key.length + 1);
  successor.set(key);
  return successor;
}
