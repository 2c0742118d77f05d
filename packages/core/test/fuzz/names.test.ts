// Numbers and texts that stand in names and in JSON: what is taken is exactly what a writer makes of it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Decode, base64Encode } from '../../src/base/base64.ts';
import { toHex } from '../../src/base/hex.ts';
import { formatUuid, parseUuid } from '../../src/base/uuid.ts';
import { storedEpoch, storedNumber } from '../../src/format/json-checks.ts';
import { idText, manifestName, metaName, parseId, parseManifestName, parseSstName, sstName } from '../../src/format/object-names.ts';
import { ORDERED_VARINT_LIMIT, readOrderedVarint, writeOrderedVarint } from '../../src/format/ordered-varint.ts';
import { tried } from './outcome.ts';
import { watched } from './watch.ts';

const RUNS = { seed: 20261121, numRuns: 1000 };
const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const [MANIFEST, ID] = ['manifest/00000000000000000017.manifest', '0000000001-0000000042'];

const anyCharacter = fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit));

/** A text with a character replaced, left out or put in, or some other text. */
function nearly(...texts: string[]): fc.Arbitrary<string> {
  const character = fc.oneof(fc.constantFrom(...Array.from('0123456789abcdefABCDEF-=+/ \n.:')), anyCharacter);
  const changed = fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 2 }), fc.oneof(character, fc.constant('')))
    .map(([text, place, gone, put]) => text.slice(0, place % (text.length + 1)) + put + text.slice((place % (text.length + 1)) + gone));
  return fc.oneof(
    changed,
    changed,
    fc.string({ unit: anyCharacter }),
    fc.string({ unit: fc.constantFrom('0', '9', 'A', '=', '-'), maxLength: 24 }),
  );
}

describe('base64', () => {
  it('reads only what it writes, and asks for no more room than the text has', () => {
    fc.assert(
      fc.property(nearly('', 'Zg==', 'Zm8=', 'Zm9v', 'AP8Q/+8='), (text) => {
        const { outcome, largest } = watched(() => tried(() => base64Decode(text)));
        expect(base64Encode(outcome.value ?? base64Decode(''))).toBe(outcome.refused === undefined ? text : '');
        expect(largest).toBeLessThanOrEqual(text.length);
      }),
      RUNS,
    );
  });
});

describe('identities', () => {
  it('that are read are written as they were, but for capitals', () => {
    fc.assert(
      fc.property(nearly(UUID, UUID.toUpperCase()), (text) => {
        const uuid = parseUuid(text);
        if (uuid === undefined) return;
        expect(formatUuid(uuid)).toBe(text.toLowerCase());
        expect(toHex(uuid)).toBe(text.toLowerCase().replaceAll('-', ''));
      }),
      RUNS,
    );
  });
});

describe('names of objects', () => {
  it('that are read are written as they were', () => {
    const sst = fc.record({ term: fc.nat({ max: 2 ** 32 - 1 }), counter: fc.nat({ max: 2 ** 32 - 1 }) });
    fc.assert(
      fc.property(sst, fc.maxSafeNat(), (id, number) => {
        expect(parseId(idText(id))).toEqual(id);
        expect([sstName(id), metaName(id)].map(parseSstName)).toEqual([id, id]);
        expect(parseManifestName(manifestName(number))).toBe(number);
      }),
      RUNS,
    );
  });

  it('are exact: nothing else is read as one', () => {
    fc.assert(
      fc.property(nearly(MANIFEST, `sst/${ID}.sst`, `sst/${ID}.meta`, ID), (text) => {
        const [number, sst, id] = [parseManifestName(text), parseSstName(text), parseId(text)];
        expect(number !== undefined && Number.isSafeInteger(number) ? manifestName(number) : text).toBe(text);
        expect(sst === undefined ? [text] : [sstName(sst), metaName(sst)]).toContain(text);
        expect(id === undefined ? text : idText(id)).toBe(text);
      }),
      RUNS,
    );
  });
});

describe('ids of key spaces', () => {
  it('have one form each: of all two bytes, and of random ones, only those are read that would be written', () => {
    const written = (value: number): Uint8Array => {
      const target = new Uint8Array(4);
      return target.slice(0, writeOrderedVarint(value, target, 0));
    };
    const isExact = (given: Uint8Array): boolean => {
      const { value } = tried(() => readOrderedVarint(given, 0));
      return value === undefined || (value < ORDERED_VARINT_LIMIT && written(value).every((byte, i) => byte === given[i]));
    };
    const wrong: number[] = [];
    for (let both = 0; both < 2 ** 16; both++) if (!isExact(Uint8Array.of(both >>> 8, both & 0xff))) wrong.push(both);
    expect(wrong).toEqual([]);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 6 }), isExact), RUNS);
  });
});

describe('numbers in stored JSON', () => {
  it('are read only where they are written in the usual way', () => {
    const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789-+.e nx')), maxLength: 24 });
    const json = fc.oneof(digits, fc.maxSafeInteger(), fc.double(), fc.bigInt().map(String), fc.jsonValue());
    fc.assert(
      fc.property(json, (stored) => {
        const number = readOrUndefined(() => storedNumber(stored));
        expect(number === undefined || number === stored || String(number) === stored).toBe(true);
      }),
      RUNS,
    );
    fc.assert(
      fc.property(digits, (stored) => {
        const epoch = readOrUndefined(() => storedEpoch(stored));
        expect(epoch === undefined ? stored : String(BigInt.asUintN(64, epoch))).toBe(stored);
      }),
      RUNS,
    );
  });
});

/** What is no number at all fails in any way: the manifest's reader makes CORRUPTION of it (manifest-json.test.ts). */
function readOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
