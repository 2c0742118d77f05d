// Services that answer in every way, and which of them are trusted. Real ones: packages/adapter-s3-fetch and packages/adapter-r2.

import { expect, it } from 'vitest';
import { probe, type Probed } from './probe.ts';

/** A service that answers the creations of a probe as it is told, and keeps the bytes of those of which it is told. */
function service(answers: readonly boolean[], kept: readonly number[]): { probed: Probed; stored: Map<string, Uint8Array> } {
  const stored = new Map<string, Uint8Array>();
  let asked = 0;
  const probed: Probed = {
    condition: 'If-None-Match',
    async createIfAbsent(name, bytes) {
      const turn = asked++;
      if (kept.includes(turn)) stored.set(name, bytes);
      return answers[turn]!;
    },
    get: async (name) => stored.get(name),
    async delete(names) {
      for (const name of names) stored.delete(name);
    },
  };
  return { probed, stored };
}

it.each([
  ['the first one wins', [true, false, false], [0]],
  ['the second one wins', [false, true, false], [1]],
])('where %s, and is read back, the service is trusted', async (_, answers, kept) => {
  const { probed, stored } = service(answers, kept);
  const remove = await probe(probed);
  expect(stored.size).toBe(1);
  await remove();
  expect(stored.size).toBe(0);
});

it.each([
  ['all win', [true, true, true], [0, 1, 2], 'winners=3'],
  ['who comes late wins as well', [true, false, true], [0, 2], 'winners=2'],
  ['nobody wins but who comes late', [false, false, true], [2], 'bytes of another'],
  ['nobody wins', [false, false, false], [], 'winners=0'],
  ['the loser is read back', [true, false, false], [0, 1], 'bytes of another'],
  ['nothing is read back', [true, false, false], [], 'bytes of another'],
])('where %s it is refused, and nothing is left there', async (_, answers, kept, words) => {
  const { probed, stored } = service(answers, kept);
  await expect(probe(probed)).rejects.toMatchObject({ code: 'STORE_UNSAFE', message: expect.stringContaining(words) });
  expect(stored.size).toBe(0);
});

it('what a request fails with is told', async () => {
  const { probed } = service([true, false, false], [0]);
  const failing = { ...probed, get: () => Promise.reject(new Error('no line')) };
  await expect(probe(failing)).rejects.toThrow('no line');
});
