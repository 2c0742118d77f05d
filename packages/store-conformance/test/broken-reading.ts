// Mistakes of reading by piece, listing and deleting.

import { withReader, type BrokenStore } from './broken-store.ts';

export const brokenReading: readonly BrokenStore[] = [
  {
    mistake: 'list comes in the order of creation',
    caughtBy: 'a list is in the order of bytes, with sizes',
    breakStore: (store) => {
      const order: string[] = [];
      return {
        put(name, bytes) {
          order.push(name);
          return store.put(name, bytes);
        },
        async list(prefix, startAfter) {
          const found = await store.list(prefix, startAfter);
          return found.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
        },
      };
    },
  },
  {
    mistake: 'list comes folder by folder',
    caughtBy: 'a list is in the order of bytes, with sizes',
    breakStore: (store) => ({
      async list(prefix, startAfter) {
        const found = await store.list(prefix, startAfter);
        return found.sort((a, b) => compareParts(a.name.split('/'), b.name.split('/')));
      },
    }),
  },
  {
    mistake: 'list misses the last object',
    caughtBy: 'a list sees what another handle has created and deleted',
    breakStore: (store) => ({ list: async (prefix, startAfter) => (await store.list(prefix, startAfter)).slice(0, -1) }),
  },
  {
    mistake: 'list ends with its first page',
    caughtBy: 'a long list is complete',
    breakStore: (store) => ({ list: async (prefix, startAfter) => (await store.list(prefix, startAfter)).slice(0, 100) }),
  },
  {
    mistake: 'list takes the prefix for a folder',
    caughtBy: 'a prefix may end anywhere in a name',
    breakStore: (store) => ({
      list: (prefix, startAfter) => store.list(prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`, startAfter),
    }),
  },
  {
    mistake: 'list includes the name after which it starts',
    caughtBy: 'a list starts after a name, which need not be there',
    breakStore: (store) => ({
      list: async (prefix, startAfter = '') => (await store.list(prefix)).filter(({ name }) => name >= startAfter),
    }),
  },
  {
    mistake: 'list starts from the beginning when the name after which it starts is not there',
    caughtBy: 'a list starts after a name, which need not be there',
    breakStore: (store) => ({
      async list(prefix, startAfter) {
        const found = await store.list(prefix);
        return found.slice(found.findIndex(({ name }) => name === startAfter) + 1);
      },
    }),
  },
  {
    mistake: 'list tells wrong sizes',
    caughtBy: 'a list is in the order of bytes, with sizes',
    breakStore: (store) => ({
      list: async (prefix, startAfter) =>
        (await store.list(prefix, startAfter)).map(({ name, size }) => ({ name, size: Math.ceil(size / 4) * 4 })),
    }),
  },
  {
    mistake: 'a short read is filled up with zeros',
    caughtBy: 'a read beyond the end is CORRUPTION that names object and offset',
    breakStore: (store) =>
      withReader(store, (_reader, name) => ({
        async readInto(target, offset) {
          const bytes = (await store.get(name)) ?? new Uint8Array(0);
          target.fill(0);
          target.set(bytes.subarray(offset, offset + target.length));
        },
      })),
  },
  {
    mistake: 'an error of a short read does not say where',
    caughtBy: 'a read beyond the end is CORRUPTION that names object and offset',
    breakStore: (store) =>
      withReader(store, (reader) => ({
        async readInto(target, offset) {
          await Promise.resolve(reader.readInto(target, offset)).catch((error: Error) => {
            throw new Error('short read', { cause: error });
          });
        },
      })),
  },
  {
    mistake: 'a reader ignores the offset',
    caughtBy: 'readInto fills the target with the bytes at the offset',
    breakStore: (store) => withReader(store, (reader) => ({ readInto: (target) => reader.readInto(target, 0) })),
  },
  {
    mistake: 'a reader fills the whole buffer below the target',
    caughtBy: 'readInto writes nothing around the target',
    breakStore: (store) =>
      withReader(store, (reader) => ({
        async readInto(target, offset) {
          await reader.readInto(target, offset);
          new Uint8Array(target.buffer).fill(0, target.byteOffset + target.length);
        },
      })),
  },
  {
    mistake: 'all reads of a reader share a scratch buffer',
    caughtBy: 'several reads of one reader may be under way',
    breakStore: (store) =>
      withReader(store, (reader) => {
        const scratch = new Uint8Array(65_536);
        return {
          async readInto(target, offset) {
            await reader.readInto(scratch.subarray(0, target.length), offset);
            await Promise.resolve();
            target.set(scratch.subarray(0, target.length));
          },
        };
      }),
  },
  {
    mistake: 'a missing object is opened as an empty one',
    caughtBy: 'an object that is missing is CORRUPTION that names it, when it is opened or read',
    breakStore: (store) => ({
      openObject: async (name, size) => ((await store.has(name)) ? store.openObject(name, size) : { readInto() {}, close() {} }),
    }),
  },
  {
    mistake: 'a reader that is closed twice closes what another has opened',
    caughtBy: 'a reader may be closed twice',
    breakStore: (store) =>
      withReader(store, (reader) => {
        let closed = false;
        return {
          async close() {
            if (closed) throw new Error('bad file descriptor');
            closed = true;
            await reader.close();
          },
        };
      }),
  },
  {
    mistake: 'delete throws on a missing object',
    caughtBy: 'deleting what is missing is no error and does not stop the rest',
    breakStore: (store) => ({
      async delete(names) {
        for (const name of names) {
          if (!(await store.has(name))) throw new Error(`no such object ${name}`);
          await store.delete([name]);
        }
      },
    }),
  },
  {
    mistake: 'delete ends at a missing object',
    caughtBy: 'deleting what is missing is no error and does not stop the rest',
    breakStore: (store) => ({
      async delete(names) {
        for (const name of names) {
          if (!(await store.has(name))) return;
          await store.delete([name]);
        }
      },
    }),
  },
  {
    mistake: 'delete takes names for prefixes',
    caughtBy: 'deleted objects are gone, others are not',
    breakStore: (store) => ({
      async delete(names) {
        for (const prefix of names) await store.delete((await store.list(prefix)).map(({ name }) => name));
      },
    }),
  },
  {
    mistake: 'delete takes at most fifty names',
    caughtBy: 'many objects are deleted in one call',
    breakStore: (store) => ({ delete: (names) => store.delete(names.slice(0, 50)) }),
  },
  {
    mistake: 'a reader takes the target for the start of its buffer',
    caughtBy: 'readInto reads into WebAssembly memory',
    breakStore: (store) =>
      withReader(store, (reader) => ({
        readInto: (target, offset) => reader.readInto(new Uint8Array(target.buffer, 0, target.length), offset),
      })),
  },
  {
    mistake: 'the oldest of many readers is closed',
    caughtBy: 'many readers are open at once',
    breakStore: (store) => {
      const open: { closed: boolean }[] = [];
      return withReader(store, (reader) => {
        const state = { closed: false };
        if (open.push(state) > 20) (open.shift() ?? state).closed = true;
        return {
          async readInto(target, offset) {
            if (state.closed) throw new Error('bad file descriptor');
            await reader.readInto(target, offset);
          },
        };
      });
    },
  },
  {
    mistake: 'a list of a folder that is not there fails',
    caughtBy: 'a list of nothing is empty',
    breakStore: (store) => ({
      async list(prefix, startAfter) {
        const found = await store.list(prefix, startAfter);
        if (found.length === 0) throw new Error('no such directory');
        return found;
      },
    }),
  },
  {
    mistake: 'deleting nothing is refused',
    caughtBy: 'deleting nothing is fine',
    breakStore: (store) => ({
      async delete(names) {
        if (names.length === 0) throw new Error('malformed request');
        await store.delete(names);
      },
    }),
  },
];

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    if (b[i] === undefined) return 1;
    if (part !== b[i]) return part < b[i] ? -1 : 1;
  }
  return a.length - b.length;
}
