// A program that reads random pieces through a cache in a directory, and tells after every few, until it is killed.
//
//   kill-program <remote directory> <local directory> <seed>

import { fsStore } from '@varve/adapter-fs';
import { seededRandom } from '@varve/core';
import { cacheOn } from '../src/cache-store.ts';
import { contentOf, OBJECT_BYTES, OBJECTS, PIECE_BYTES } from './kill-objects.ts';

const [remote, local, seed] = process.argv.slice(2);
const history = { identity: 'kit', newest: undefined, observe() {}, continues: async () => true };
const store = cacheOn(fsStore(remote), fsStore(local), { budgetBytes: 2 ** 20, pieceBytes: PIECE_BYTES }, history);
const { uint32 } = seededRandom(Number(seed));

for (;;) {
  for (let i = 0; i < 4; i++) {
    const object = uint32() % OBJECTS;
    const offset = uint32() % OBJECT_BYTES;
    const target = new Uint8Array(1 + (uint32() % (OBJECT_BYTES - offset)));
    const reader = await store.openObject(`sst/${object}`, OBJECT_BYTES);
    await reader.readInto(target, offset);
    await reader.close();
    if (Buffer.compare(target, contentOf(object).subarray(offset, offset + target.length)) !== 0) console.log('wrong');
  }
  console.log('ok');
}
