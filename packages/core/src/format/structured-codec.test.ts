import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { cuts, DAMAGED, decoded, decodedOrDamaged, encoded, flips } from './codec-test-kit.ts';
import { structured } from './structured-codec.ts';
import { BUFFER_KINDS } from './structured-tags.ts';

const codec = structured<unknown>();

const leaf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer({ min: -200, max: 200 }),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Number.NaN, Infinity, -Infinity, 2 ** 53, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array({ maxLength: 20 }),
  fc.float64Array({ maxLength: 3 }),
);
/** Pages that are not isolated from other origins have no name for its constructor. */
function sharedBuffer(): ArrayBufferLike {
  return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer;
}

function values(longest: number): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: longest }),
      fc.dictionary(fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.constant('__proto__')), tie('value'), { maxKeys: longest }),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: Math.min(longest, 5) }).map((entries) => new Map(entries)),
      fc.array(tie('value'), { maxLength: Math.min(longest, 5) }).map((items) => new Set(items)),
    ),
  }));
  return value;
}

class Point {
  readonly x = 1;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = { a: value };
  return value;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

describe('structured', () => {
  it('gives back every value', () => {
    fc.assert(
      fc.property(values(20), (value) => {
        expect(decoded(codec, encoded(codec, value))).toStrictEqual(withoutBarePrototypes(value));
      }),
      { seed: 1, numRuns: 600 },
    );
  });

  it('keeps integers, bigints and strings around every limit of the layout', () => {
    for (let power = 0; power <= 64; power++) {
      for (const near of [-1n, 0n, 1n]) {
        const big = (1n << BigInt(power)) + near;
        for (const value of [big, -big, Number(big), -Number(big)]) expect(decoded(codec, encoded(codec, value))).toBe(value);
      }
    }
    for (const length of [0, 1, 10, 15, 16, 30, 31, 32, 33, 42, 43, 63, 64, 127, 128, 200, 16383, 16384, 70_000]) {
      for (const unit of ['a', 'é', '中', '🪨']) expect(decoded(codec, encoded(codec, unit.repeat(length)))).toBe(unit.repeat(length));
      const list = Array.from({ length }, (_, i) => i);
      expect(decoded(codec, encoded(codec, list))).toEqual(list);
      const object = Object.fromEntries(list.map((i) => [`k${i}`, i]));
      expect(decoded(codec, encoded(codec, object))).toEqual(object);
    }
    expect(decoded(codec, encoded(codec, -(2n ** 5000n)))).toBe(-(2n ** 5000n));
  });

  it.each(BUFFER_KINDS.filter((kind) => kind in globalThis))('keeps a %s', (kind) => {
    const buffer = Uint8Array.from({ length: 32 }, (_, i) => i * 11).buffer;
    const make = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView>)[
      kind
    ];
    const value = kind === 'ArrayBuffer' ? buffer : new make(buffer, 8, 2);
    const back = decoded(codec, encoded(codec, value)) as ArrayBufferView;
    expect(Object.prototype.toString.call(back)).toBe(`[object ${kind}]`);
    expect(back).toStrictEqual(value);
  });

  it('copies buffers, so that neither side sees the other change', () => {
    const value = { bytes: Uint8Array.of(1, 2, 3) };
    const stored = encoded(codec, value);
    value.bytes[0] = 9;
    const back = decoded(codec, stored, true) as typeof value;
    expect(back.bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(back.bytes.buffer.byteLength).toBe(3);
  });

  it('says that a type is missing in this runtime instead of guessing', () => {
    const stored = Uint8Array.of(0x8e, BUFFER_KINDS.indexOf('Float16Array'), 2, 0, 0x3c);
    vi.stubGlobal('Float16Array', undefined);
    expect(() => decoded(codec, stored)).toThrowError(expect.objectContaining({ code: 'UNSUPPORTED' }));
    vi.stubGlobal('Float16Array', Uint16Array);
    expect(decoded(codec, stored)).toEqual(Uint16Array.of(0x3c00));
    vi.unstubAllGlobals();
  });

  const cycle: Record<string, unknown> = { list: new Map([['me', [] as unknown[]]]) };
  (cycle['list'] as Map<string, unknown[]>).get('me')?.push(cycle);

  it.each([
    [{ a: { b: () => 1 } }, 'structured cannot keep a function at=value.a.b'],
    [[Symbol('s')], 'structured cannot keep a symbol at=value[0]'],
    [{ match: /x/ }, 'structured cannot keep a RegExp: make a plain object of it at=value.match'],
    [new Error('x'), 'structured cannot keep an Error: make a plain object of it at=value'],
    [{ p: new Point() }, 'structured cannot keep a Point: make a plain object of it at=value.p'],
    [{ w: new WeakMap() }, 'structured cannot keep a WeakMap: make a plain object of it at=value.w'],
    [{ b: sharedBuffer() }, 'structured cannot keep a SharedArrayBuffer: make a plain object of it at=value.b'],
    [{ n: Object(1) as unknown }, 'structured cannot keep a Number: make a plain object of it at=value.n'],
    // oxlint-disable-next-line no-sparse-arrays -- the hole is the point
    [{ a: [1, , 2] }, 'structured cannot keep an array with a hole at index 1 at=value.a'],
    [cycle, 'structured cannot keep a cycle at=value.list["entry 0"][0]'],
    [{ s: ['\ud800'] }, 'structured cannot keep a string with a lone surrogate at=value.s[0]'],
    [{ '\udc00': 1 }, 'structured cannot keep a string with a lone surrogate at=value["\\udc00"]'],
  ])('refuses %o', (value, message) => {
    expect(() => encoded(codec, value)).toThrowError(new TypeError(message));
    expect(decoded(codec, encoded(codec, { fine: 1 }))).toEqual({ fine: 1 });
  });

  it('writes one object that is reached twice as two', () => {
    const shared = { n: 1 };
    const [a, b] = decoded(codec, encoded(codec, [shared, shared])) as object[];
    expect(a).toEqual(b);
    expect(a).not.toBe(b);
  });

  it('survives a getter that encodes with the same codec', () => {
    const value = {
      before: 'x'.repeat(2000),
      get inner() {
        return encoded(codec, { other: 'y'.repeat(3000) }).length;
      },
      after: 'z',
    };
    expect(decoded(codec, encoded(codec, value))).toEqual({ ...value });
  });

  it('goes 500 levels deep in both directions, and no deeper', () => {
    expect(decoded(codec, encoded(codec, nested(500)))).toEqual(nested(500));
    expect(() => encoded(codec, nested(501))).toThrowError(/^structured cannot keep more than 500 levels at=value\.a/);
  });
});

describe('the layout of structured values', () => {
  it.each([
    [0, '00'],
    [63, '3f'],
    [64, '84 40'],
    [300, '84 ac 02'],
    [-1, '85 00'],
    [-0, '86 00 00 00 00 00 00 00 80'],
    [1.5, '86 00 00 00 00 00 00 f8 3f'],
    [new Date(1), '87 00 00 00 00 00 00 f0 3f'],
    [0n, '88 00'],
    [-258n, '88 05 01 02'],
    ['ab', '42 61 62'],
    ['é', '42 c3 a9'],
    [[undefined, null, false, true], '74 80 81 82 83'],
    [{ a: 1 }, '61 41 61 01'],
    [new Set([1]), '8c 01 01'],
    [new Map([[1, 2]]), '8d 01 01 02'],
    [Uint8Array.of(7, 8), '8e 03 02 07 08'],
  ])('writes %o as it is drawn', (value, bytes) => {
    expect(hex(encoded(codec, value))).toBe(bytes);
  });

  it('writes long things with a count', () => {
    expect(hex(encoded(codec, 'a'.repeat(32))).slice(0, 8)).toBe('89 20 61');
    expect(
      hex(
        encoded(
          codec,
          Array.from({ length: 16 }, () => 1),
        ),
      ).slice(0, 8),
    ).toBe('8a 10 01');
    expect(hex(encoded(codec, Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`${i}`, 1])))).slice(0, 8)).toBe('8b 10 41');
  });
});

describe('damaged structured values', () => {
  it('are refused as corruption or mean another value, at every cut and every flipped bit', () => {
    fc.assert(
      fc.property(values(3), (value) => {
        const bytes = encoded(codec, value);
        for (const cut of cuts(bytes)) expect(decodedOrDamaged(codec, cut)).toBe(DAMAGED);
        for (const flip of flips(bytes)) decodedOrDamaged(codec, flip);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('cost no more than their bytes, however much they promise', () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]; // 2^46 and more
    for (const head of [[0x88], [0x89], [0x8a], [0x8b], [0x8c], [0x8d], [0x8e, 0x03]]) {
      expect(decodedOrDamaged(codec, Uint8Array.from([0x71, ...head, ...huge, 0x80]))).toBe(DAMAGED);
    }
  });

  it.each([
    ['nesting without an end', new Uint8Array(100_000).fill(0x71)],
    ['maps in maps in maps', new Uint8Array(100_000).fill(0x8d)],
    ['objects nested too deep', Uint8Array.from([...Array.from({ length: 501 }, () => [0x61, 0x41, 0x61]).flat(), 0x00])],
    ['an unknown tag', Uint8Array.of(0x8f)],
    ['an unknown kind of buffer', Uint8Array.of(0x8e, 0x40, 0x00)],
    ['half an element', Uint8Array.of(0x8e, BUFFER_KINDS.indexOf('Uint16Array'), 0x03, 1, 2, 3)],
    ['a property without a name', Uint8Array.of(0x61, 0x01, 0x01)],
    ['an integer above 2^53', Uint8Array.of(0x84, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)],
    ['an integer of nine bytes', Uint8Array.of(0x84, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)],
    ['bytes behind the value', Uint8Array.of(0x01, 0x01)],
    ['nothing at all', new Uint8Array(0)],
  ])('are refused: %s', (_, bytes) => {
    expect(decodedOrDamaged(codec, bytes)).toBe(DAMAGED);
  });
});

/** Objects come back with the usual prototype, whatever they had; dictionaries of the generator have none now and then. */
function withoutBarePrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBarePrototypes);
  if (value instanceof Map) return new Map(Array.from(value, (entry) => withoutBarePrototypes(entry) as [unknown, unknown]));
  if (value instanceof Set) return new Set(Array.from(value, withoutBarePrototypes));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutBarePrototypes(item)]));
}
