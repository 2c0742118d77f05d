// `published.json`: what was written is read, and nothing else.

import { expect, it } from 'vitest';
import { decodePublication, encodePublication, type Publication } from './publication.ts';

const PUBLICATION: Publication = {
  database: '0123456789abcdef0123456789abcdef',
  time: 1_789_000_000_123,
  bytes: 123_456,
  manifests: [16, 17, 18].map((number) => ({ number, size: 100 + number, nonce: `${number}`.repeat(16) })),
};
const bytesOf = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));
const written = (): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(encodePublication(PUBLICATION))) as Record<string, unknown>;

function codeOf(bytes: Uint8Array): string {
  try {
    decodePublication(bytes);
    return 'none';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

it('is read as it was written', () => {
  expect(decodePublication(encodePublication(PUBLICATION))).toEqual(PUBLICATION);
});

it('that ends too early is refused, wherever it ends', () => {
  // The last byte is a line feed.
  const bytes = encodePublication(PUBLICATION);
  for (let length = 0; length < bytes.length - 1; length++) {
    expect(codeOf(bytes.subarray(0, length)), `length ${length}`).toBe('CORRUPTION');
  }
});

it('with a flipped bit is refused, or is another whole one: it never does harm', () => {
  const bytes = encodePublication(PUBLICATION);
  for (let at = 0; at < bytes.length * 8; at++) {
    const damaged = bytes.slice();
    damaged[at >>> 3]! ^= 1 << (at & 7);
    expect(['none', 'CORRUPTION', 'UNSUPPORTED'], `bit ${at}`).toContain(codeOf(damaged));
  }
});

it('of a newer format asks for a newer version', () => {
  expect(codeOf(bytesOf({ ...written(), format: 2 }))).toBe('UNSUPPORTED');
});

it('that lacks something, or says what cannot be, is refused', () => {
  const lies: Record<string, unknown>[] = [
    ...Object.keys(written()).map((name) => ({ ...written(), [name]: undefined })),
    ...Object.keys(written()).map((name) => ({ ...written(), [name]: 'x' })),
    ...Object.keys(written()).map((name) => ({ ...written(), [name]: -1 })),
    { ...written(), manifests: [] },
    { ...written(), manifests: [null] },
    { ...written(), manifests: [...PUBLICATION.manifests].reverse() },
    { ...written(), manifests: PUBLICATION.manifests.filter(({ number }) => number !== 17) },
    { ...written(), manifests: [{ number: 0, size: 1, nonce: '0'.repeat(32) }] },
    { ...written(), manifests: Array.from({ length: 65 }, (_, i) => ({ number: i + 1, size: 1, nonce: '0'.repeat(32) })) },
  ];
  for (const lie of lies) expect(codeOf(bytesOf(lie)), JSON.stringify(lie)).toBe('CORRUPTION');
  for (const other of [null, [], 'text', 7]) expect(codeOf(bytesOf(other))).toBe('CORRUPTION');
});
