// Mistakes of writing by piece, and of the two halves of a synchronous store.

import { memoryStore, type ObjectStore } from '@varve/core';
import { replace, withWriter, type BrokenStore } from './broken-store.ts';

type SyncPut = NonNullable<ObjectStore['sync']>['put'];

export const brokenWriting: readonly BrokenStore[] = [
  {
    mistake: 'an object that is being written is there already',
    caughtBy: 'an object that is being written is not there before finish, and whole afterwards',
    breakStore: (store) =>
      withWriter(store, (writer, name) => ({
        async append(bytes, position) {
          await writer.append(bytes, position);
          await replace(store, name, bytes);
        },
        async finish() {
          await store.delete([name]);
          await writer.finish();
        },
      })),
  },
  {
    mistake: 'abort leaves what was written',
    caughtBy: 'abort leaves nothing, whatever was appended, and may be repeated',
    breakStore: (store) => withWriter(store, (writer) => ({ abort: () => writer.finish() })),
  },
  {
    mistake: 'abort works once',
    caughtBy: 'abort leaves nothing, whatever was appended, and may be repeated',
    breakStore: (store) =>
      withWriter(store, (writer) => {
        let aborted = false;
        return {
          async abort() {
            if (aborted) throw new Error('no such upload');
            aborted = true;
            await writer.abort();
          },
        };
      }),
  },
  {
    mistake: 'an object has the size that was guessed',
    caughtBy: 'the size hint may be wrong',
    breakStore: (store) => ({
      async createObject(name, sizeHint) {
        const writer = await store.createObject(name, sizeHint);
        return {
          ...writer,
          async finish() {
            await writer.finish();
            const bytes = new Uint8Array(sizeHint);
            bytes.set(((await store.get(name)) ?? bytes).subarray(0, sizeHint));
            await replace(store, name, bytes);
          },
        };
      },
    }),
  },
  {
    mistake: 'an object without a byte is not made',
    caughtBy: 'an object may be finished without a byte',
    breakStore: (store) =>
      withWriter(store, (writer) => {
        let empty = true;
        return {
          append(bytes, position) {
            empty = false;
            return writer.append(bytes, position);
          },
          finish: () => (empty ? undefined : writer.finish()),
        };
      }),
  },
  {
    mistake: 'appended bytes are collected without copying',
    caughtBy: 'bytes that were appended may change afterwards',
    breakStore: (store) =>
      withWriter(store, (writer) => {
        const pieces: [Uint8Array, number][] = [];
        return {
          append: (bytes, position) => void pieces.push([bytes, position]),
          async finish() {
            for (const [bytes, position] of pieces) await writer.append(bytes, position);
            await writer.finish();
          },
        };
      }),
  },
  {
    mistake: 'all writers share one buffer',
    caughtBy: 'several objects are written at once',
    breakStore: (store) => {
      const shared = new Uint8Array(2 ** 23);
      return withWriter(store, (writer) => {
        let length = 0;
        return {
          append(bytes, position) {
            shared.set(bytes, position);
            length = position + bytes.length;
          },
          async finish() {
            await writer.append(shared.subarray(0, length), 0);
            await writer.finish();
          },
        };
      });
    },
  },
  {
    mistake: 'the synchronous half has objects of its own',
    caughtBy: 'what one half has done the other sees',
    sync: true,
    breakStore: () => ({ sync: memoryStore().sync }),
  },
  {
    mistake: 'the synchronous half answers later',
    caughtBy: 'synchronous operations return values, never promises',
    sync: true,
    breakStore: (store) => ({
      sync: { ...store.sync, put: ((name, bytes) => Promise.resolve(store.put(name, bytes))) as SyncPut } as ObjectStore['sync'],
    }),
  },
  {
    mistake: 'putIfAbsent of the asynchronous half does not see the synchronous half in time',
    caughtBy: 'one creator wins when a synchronous one overtakes asynchronous ones',
    sync: true,
    breakStore: (store) => ({
      async putIfAbsent(name, bytes) {
        if (await store.has(name)) return false;
        if (!(await store.putIfAbsent(name, bytes))) await replace(store, name, bytes);
        return true;
      },
    }),
  },
  {
    mistake: 'appends go to the end, whatever their position',
    caughtBy: 'a pending append repeated synchronously is written once',
    sync: true,
    breakStore: (store) =>
      withWriter(store, (writer) => {
        let end = 0;
        const next = (bytes: Uint8Array) => (end += bytes.length) - bytes.length;
        return {
          append: (bytes) => writer.append(bytes, next(bytes)),
          sync: writer.sync && { ...writer.sync, append: (bytes) => writer.sync?.append(bytes, next(bytes)) },
        };
      }),
  },
  {
    mistake: 'finish cannot be repeated while it is pending',
    caughtBy: 'a pending finish repeated synchronously makes one object',
    sync: true,
    breakStore: (store) =>
      withWriter(store, (writer, name) => ({
        async finish() {
          await Promise.resolve();
          if (await store.has(name)) throw new Error('file exists');
          await writer.finish();
        },
      })),
  },
  {
    mistake: 'a pending append ends up in an object that was finished meanwhile',
    caughtBy: 'an object finished synchronously while an append is pending is whole and stays so',
    sync: true,
    breakStore: (store) =>
      withWriter(store, (writer, name) => ({
        async append(bytes, position) {
          await Promise.resolve();
          if (await store.has(name)) await replace(store, name, bytes.subarray(1));
          else await writer.append(bytes, position);
        },
      })),
  },
  {
    mistake: 'an abort is undone by the append that was pending',
    caughtBy: 'a synchronous abort while an append is pending leaves nothing',
    sync: true,
    breakStore: (store) =>
      withWriter(store, (writer, name) => ({
        async append(bytes, position) {
          await Promise.resolve();
          await writer.append(bytes, position);
          await store.putIfAbsent(`${name}.part`, bytes);
        },
      })),
  },
  {
    mistake: 'the synchronous half is not declared',
    caughtBy: 'a synchronous store declares its half, another one has none',
    breakStore: () => ({ sync: memoryStore().sync }),
  },
  {
    mistake: 'bytes in WebAssembly memory are appended after the call has returned',
    caughtBy: 'appended bytes may lie in WebAssembly memory, which may grow meanwhile',
    breakStore: (store) =>
      withWriter(store, (writer) => ({
        async append(bytes, position) {
          await Promise.resolve();
          await writer.append(bytes, position);
        },
      })),
  },
  {
    mistake: 'only the first part of a large object is kept',
    caughtBy: 'a large object is written by piece',
    breakStore: (store) =>
      withWriter(store, (writer) => ({ append: (bytes, position) => (position < 2 ** 20 ? writer.append(bytes, position) : undefined) })),
  },
];
