// Whatever the keys, a database answers as a sorted map of their bytes does: gets, ranges of every kind in both directions, over memtable, several runs and
// merged levels. That the bytes of each codec sort as its keys do stands beside the codecs.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/db/open-database.ts';
import { bytes } from '../../src/format/bytes-codec.ts';
import type { KeyCodec } from '../../src/format/codec.ts';
import { encoded, encodedPrefix } from '../../src/format/codec-test-kit.ts';
import { compareBytes } from '../../src/format/compare-bytes.ts';
import type { ScanOptions } from '../../src/format/range-bounds.ts';
import { tuple } from '../../src/format/tuple-codec.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

const RUNS = { seed: 20261126, numRuns: 25 };
const MOST_STEPS = 40;
const MOST_RANGES = 12;

/** But halves of pairs, which no text may have alone. */
const anyCharacter = fc.nat({ max: 0xd7ff }).map((unit) => String.fromCharCode(unit));
const odd = fc.constantFrom('\0', '\0\0', '\x01', 'a', 'a\0', 'a\0\xff', 'ab', '\xff', '\xff\xff', '\u{10ffff}');
const text = fc.oneof(
  odd,
  fc.array(odd, { maxLength: 3 }).map((parts) => parts.join('')),
  fc.string({ unit: anyCharacter, maxLength: 3 }),
);
const number = fc.oneof(fc.constantFrom(0, -0, -1, 2, 10, 5e-324, -Infinity, Infinity, 1e300), fc.integer());
const part = fc.oneof(text, number, fc.boolean(), fc.bigInt({ min: -300n, max: 300n }), fc.uint8Array({ maxLength: 3 }));
const KEYS: readonly [KeyCodec<unknown>, fc.Arbitrary<unknown>][] = [
  [utf8 as KeyCodec<unknown>, text],
  [
    bytes as KeyCodec<unknown>,
    fc.array(fc.constantFrom(0, 0, 1, 0x7f, 0x80, 0xfe, 0xff, 0xff), { maxLength: 6 }).map((list) => Uint8Array.from(list)),
  ],
  [tuple.any as KeyCodec<unknown>, fc.array(part, { maxLength: 3 })],
];

type Step = readonly [kind: 'put' | 'delete' | 'flush' | 'compact', key: unknown, value: string];
type Range = ScanOptions<unknown>;

function steps(key: fc.Arbitrary<unknown>): fc.Arbitrary<Step[]> {
  const kind = fc.constantFrom('put', 'put', 'put', 'put', 'put', 'delete', 'flush', 'compact') as fc.Arbitrary<Step[0]>;
  return fc.array(fc.tuple(kind, key, fc.string({ maxLength: 60 })), { maxLength: MOST_STEPS });
}

function ranges(key: fc.Arbitrary<unknown>): fc.Arbitrary<Range[]> {
  const limits = [
    {},
    { gt: key },
    { gte: key },
    { lt: key },
    { lte: key },
    { gte: key, lt: key },
    { gt: key, lte: key },
    { prefix: key },
    { prefix: key, lt: key },
  ];
  const range = fc.oneof(...limits.map((limit) => fc.record({ ...limit, reverse: fc.boolean(), limit: fc.constantFrom(1, 3, 1000) })));
  return fc.array(range as fc.Arbitrary<Range>, { maxLength: MOST_RANGES });
}

interface Entry {
  readonly key: Uint8Array;
  readonly value: string;
}

/** The entries of a range, by its definition. */
function selected(codec: KeyCodec<unknown>, entries: readonly Entry[], { gt, gte, lt, lte, prefix, reverse, limit }: Range): Entry[] {
  const order = (entry: Entry, key: unknown): number => compareBytes(entry.key, encoded(codec, key));
  const beginning = prefix === undefined ? new Uint8Array(0) : encodedPrefix(codec, prefix);
  const inside = entries.filter(
    (entry) =>
      (gt === undefined || order(entry, gt) > 0) &&
      (gte === undefined || order(entry, gte) >= 0) &&
      (lt === undefined || order(entry, lt) < 0) &&
      (lte === undefined || order(entry, lte) <= 0) &&
      compareBytes(entry.key.subarray(0, beginning.length), beginning) === 0,
  );
  return (reverse === true ? inside.reverse() : inside).slice(0, limit);
}

describe.each(KEYS.map(([codec, key]) => [codec.name, codec, key] as const))('keys of codec %s', (_, codec, key) => {
  it(`are found and scanned in the order of their bytes (seed=${RUNS.seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(steps(key), ranges(key), async (done, asked) => {
        const db = await open(memoryStore(), {
          keys: codec,
          values: utf8,
          memoryBudgetBytes: 4 << 20,
          blockSizeBytes: 512,
          sstSizeBytes: 4096,
          random: seededRandom(1),
        });
        try {
          const model = new Map<string, Entry>();
          for (const [kind, one, value] of done) {
            const stored = encoded(codec, one);
            if (kind === 'put') model.set(stored.join(), { key: stored, value });
            if (kind === 'delete') model.delete(stored.join());
            if (kind === 'put') await db.put(one, value);
            else if (kind === 'delete') await db.delete(one);
            else await db[kind]();
          }
          const entries = [...model.values()].sort((a, b) => compareBytes(a.key, b.key));
          for (const [, one] of done) expect(db.getSync(one)).toBe(model.get(encoded(codec, one).join())?.value);
          for (const range of [{}, ...asked]) {
            const found = [...db.scanSync(range)].map(([one, value]) => ({ key: encoded(codec, one), value }));
            expect(found).toEqual(selected(codec, entries, range));
          }
        } finally {
          await db.close();
        }
      }),
      RUNS,
    );
  });
});
