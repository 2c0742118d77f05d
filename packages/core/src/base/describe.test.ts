import { expect, it } from 'vitest';
import { describe } from './describe.ts';

class Order {}

it.each([
  ['abc', 'the string "abc"'],
  ['a'.repeat(100), `the string "${'a'.repeat(40)}…"`],
  [7, 'the number 7'],
  [-0, 'the number -0'],
  [Number.NaN, 'the number NaN'],
  [12n, 'the bigint 12n'],
  [null, 'null'],
  [undefined, 'undefined'],
  [true, 'true'],
  [[], 'an array'],
  [{}, 'an object'],
  [Object.create(null), 'an object'],
  [new Date(0), 'a Date'],
  [new Order(), 'an Order'],
  [new Uint8Array(3), 'a Uint8Array'],
  [() => 0, 'a function'],
  [Symbol('x'), 'a symbol'],
])('%o is called %s', (value, name) => {
  expect(describe(value)).toBe(name);
});
