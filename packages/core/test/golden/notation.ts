// How keys and values of the golden databases are written down: as JSON, readable and independent of every codec. What JSON has no word for is an object
// of one property whose name begins with `$`:
//
//   {"$bigint": "12"}   {"$number": "NaN" | "Infinity" | "-Infinity" | "-0"}   {"$date": ms since 1970, null: invalid}   {"$undefined": true}
//   {"$bytes": "00ff", two digits a byte}   {"$set": [items]}   {"$map": [[key, value]]}   {"$floats": [numbers]}, a Float64Array
//   {"$times": [text, n]}   the text n times over
//   {"$noise": [seed, n]}   n bytes that do not pack: x becomes x * 1664525 + 1013904223 (mod 2^32), from the seed on; the top byte of each

/** A key or value, written down. */
export type Notation = string | number | boolean | null | readonly Notation[] | { readonly [name: string]: Notation };

type Words = Readonly<Record<string, (meaning: never) => unknown>>;

const WORDS: Words = {
  $bigint: (digits: string) => BigInt(digits),
  $number: (name: string) => Number(name),
  $date: (ms: number | null) => new Date(ms ?? Number.NaN),
  $undefined: () => undefined,
  $bytes: (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
  $set: (items: readonly Notation[]) => new Set(items.map(meaningOf)),
  $map: (entries: readonly (readonly [Notation, Notation])[]) => new Map(entries.map(([key, value]) => [meaningOf(key), meaningOf(value)])),
  $floats: (numbers: readonly number[]) => Float64Array.from(numbers),
  $times: ([text, times]: readonly [string, number]) => text.repeat(times),
  $noise: ([seed, length]: readonly [number, number]) => noise(seed, length),
};

/** The key or value that was meant. */
export function meaningOf(notation: Notation): unknown {
  if (typeof notation !== 'object' || notation === null) return notation;
  if (isList(notation)) return notation.map(meaningOf);
  const [[name, meaning] = ['', null], ...more] = Object.entries(notation);
  const word = WORDS[name];
  if (word !== undefined && more.length === 0) return word(meaning as never);
  return Object.fromEntries(Object.entries(notation).map(([key, value]) => [key, meaningOf(value)]));
}

function isList(notation: Notation): notation is readonly Notation[] {
  return Array.isArray(notation);
}

function noise(seed: number, length: number): Uint8Array {
  let x = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x >>> 24;
  });
}
