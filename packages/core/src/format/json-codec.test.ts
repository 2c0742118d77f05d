import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoded, encoded } from './codec-test-kit.ts';
import { json } from './json-codec.ts';
import type { StandardSchema } from './standard-schema.ts';

const plain = json<unknown>();

class Point {
  readonly x = 1;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

describe('json', () => {
  it('gives back every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const expected = JSON.parse(JSON.stringify(value)) as unknown; // -0 becomes 0
        expect(decoded(plain, encoded(plain, value))).toEqual(expected);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('writes the text that everybody writes', () => {
    expect(new TextDecoder().decode(encoded(plain, { a: [1, 'é', null, true], b: { c: -1.5e300 } }))).toBe(
      '{"a":[1,"é",null,true],"b":{"c":-1.5e+300}}',
    );
    expect(plain.name).toBe('json');
  });

  it('keeps a property called __proto__ and text that looks like an escape', () => {
    const value = JSON.parse('{"__proto__":{"x":1}}') as unknown;
    expect(Object.keys(decoded(plain, encoded(plain, value)) as object)).toEqual(['__proto__']);
    expect(decoded(plain, encoded(plain, '\\ud800 \\\\udfff'))).toBe('\\ud800 \\\\udfff');
  });

  it('encodes the value as it is when it is written, not as it was when another was measured', () => {
    const target = new Uint8Array(100);
    const [a, b] = [{ n: 1 }, { n: 2 }];
    plain.maxBytes(a);
    plain.maxBytes(b);
    const end = plain.encodeInto(a, target, 0);
    expect(plain.decode(target, 0, end)).toEqual({ n: 1 });
    expect(plain.decode(target, 0, plain.encodeInto(b, target, 0))).toEqual({ n: 2 });
    a.n = 3;
    expect(plain.decode(target, 0, plain.encodeInto(a, target, 0))).toEqual({ n: 3 });
    plain.maxBytes(a);
    plain.encodeInto(a, target, 0);
    a.n = 4;
    expect(plain.decode(target, 0, plain.encodeInto(a, target, 0))).toEqual({ n: 4 });
  });

  const cycle: { list: unknown[] } = { list: [] };
  cycle.list.push(1, cycle);

  it.each([
    [undefined, 'json cannot keep undefined: leave it out or use null at=value'],
    [{ a: [1, undefined] }, 'json cannot keep undefined: leave it out or use null at=value.a[1]'],
    // oxlint-disable-next-line no-sparse-arrays -- the hole is the point
    [[1, , 2], 'json cannot keep undefined: leave it out or use null at=value[1]'],
    [{ 'due date': { on: Number.NaN } }, 'json cannot keep the number NaN at=value["due date"].on'],
    [[Infinity], 'json cannot keep the number Infinity at=value[0]'],
    [{ n: 1n }, 'json cannot keep the bigint 1n: structured() can at=value.n'],
    [{ f: () => 1 }, 'json cannot keep a function at=value.f'],
    [{ s: Symbol('s') }, 'json cannot keep a symbol at=value.s'],
    [{ born: new Date(0) }, 'json cannot keep a Date: make a plain object of it, or try structured() at=value.born'],
    [{ tags: new Set() }, 'json cannot keep a Set: make a plain object of it, or try structured() at=value.tags'],
    [new Point(), 'json cannot keep a Point: make a plain object of it, or try structured() at=value'],
    [{ toJSON: () => 1 }, 'json cannot keep a function at=value.toJSON'],
    [cycle, 'json cannot keep a cycle at=value.list[1]'],
    [{ a: ['x', '\ud800'] }, 'json cannot keep a string with a lone surrogate at=value.a[1]'],
    [{ a: { '\udfff': 1 } }, 'json cannot keep a string with a lone surrogate at=value.a'],
  ])('refuses %o', (value, message) => {
    expect(() => encoded(plain, value)).toThrowError(new TypeError(message));
  });

  it('accepts objects without a prototype, frozen ones, and one object twice', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    const twice = Object.freeze({ b: 2 });
    expect(decoded(plain, encoded(plain, [bare, twice, twice]))).toEqual([{ a: 1 }, { b: 2 }, { b: 2 }]);
  });

  it('goes 500 levels deep, and no deeper', () => {
    expect(decoded(plain, encoded(plain, nested(500)))).toEqual(nested(500));
    expect(() => encoded(plain, nested(501))).toThrowError(/^json cannot keep more than 500 levels at=value\[0\].* \.\.\. .*\[0\]$/);
  });

  it.each(['', '{', '{"a":1}x', '\u0000'])('calls %j damaged', (text) => {
    expect(() => decoded(plain, new TextEncoder().encode(text))).toThrowError(expect.objectContaining({ code: 'CORRUPTION' }));
  });

  it('calls bytes that are no text damaged', () => {
    expect(() => decoded(plain, Uint8Array.of(0x22, 0xff, 0x22))).toThrowError(expect.objectContaining({ code: 'CORRUPTION' }));
  });
});

describe('json with a schema', () => {
  type Result = ReturnType<StandardSchema['~standard']['validate']>;
  const schema = (validate: (value: unknown) => Result): StandardSchema => ({ '~standard': { version: 1, vendor: 'stone', validate } });

  it('stores what the schema makes of a value', () => {
    const codec = json(schema((value) => ({ value: { done: false, ...(value as object) } })));
    expect(decoded(codec, encoded(codec, { title: 'moss' }))).toEqual({ done: false, title: 'moss' });
    expect(codec.name).toBe('json');
  });

  it('refuses what the schema refuses, with its first complaint and all of them as the cause', () => {
    const issues = [{ message: 'expected a string', path: ['todos', { key: 2 }, 'title'] }, { message: 'more' }];
    const codec = json(schema(() => ({ issues })));
    expect(() => encoded(codec, {})).toThrowError(
      expect.objectContaining({ name: 'TypeError', message: 'expected a string at=value.todos.2.title vendor=stone', cause: issues }),
    );
    expect(() => encoded(json(schema(() => ({ issues: [{ message: 'no' }] }))), {})).toThrowError('no at=value vendor=stone');
    expect(() => encoded(json(schema(() => ({ issues: [] }))), {})).toThrowError('refused at=value vendor=stone');
  });

  it.each([
    ['fulfilled', async () => ({ value: 1 })],
    ['rejected', async () => Promise.reject(new Error('late'))],
  ])('refuses an asynchronous schema, be its promise %s', async (_, validate) => {
    expect(() => encoded(json(schema(validate)), {})).toThrowError(
      new TypeError('schema is asynchronous, but values are checked as they are written vendor=stone'),
    );
    await new Promise((resolve) => setTimeout(resolve, 0)); // an unhandled rejection would fail the run
  });

  it('refuses what JSON cannot keep even if the schema made it', () => {
    expect(() => encoded(json(schema(() => ({ value: { when: new Date(0) } }))), {})).toThrowError(/cannot keep a Date.* at=value\.when$/);
  });

  it('trusts what it reads', () => {
    const codec = json(schema(() => ({ issues: [{ message: 'never' }] })));
    expect(decoded(codec, new TextEncoder().encode('{"old":1}'))).toEqual({ old: 1 });
  });
});
