import { expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { formatUuid, newUuid, parseUuid } from './uuid.ts';

it('makes version 4 of RFC 9562', () => {
  const text = formatUuid(newUuid(seededRandom(1)));
  expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('reads back what it wrote, in either case of letters', () => {
  const uuid = newUuid(seededRandom(2));
  expect(parseUuid(formatUuid(uuid))).toEqual(uuid);
  expect(parseUuid(formatUuid(uuid).toUpperCase())).toEqual(uuid);
});

it.each([
  '',
  '0123',
  '01234567-89ab-4def-8123-456789abcde',
  '01234567x89ab-4def-8123-456789abcdef',
  '01234567-89ab-4def-8123-456789abcdeg',
])('reads no identity in %j', (text) => {
  expect(parseUuid(text)).toBeUndefined();
});
