// Varve on any service that keeps values under keys and can set a key only if it is absent.

import { StorageError, type ObjectReader, type ObjectStore, type ObjectWriter } from '@varve/core';

/** What the service has to offer. */
export interface KeyValueService {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array): Promise<void>;
  setIfAbsent(key: string, value: Uint8Array): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** All keys with their sizes, in any order. */
  entries(prefix: string): Promise<[key: string, size: number][]>;
}

/** An asynchronous store without a log of its own. */
export function keyValueStore(service: KeyValueService): ObjectStore {
  return {
    capabilities: { kind: 'key-value', blockSizeBytes: 16_384, largestObjectBytes: 2 ** 25 },
    // Bytes may lie in WebAssembly memory, which may grow as soon as we wait: slice() copies them first.
    put: (name, bytes) => service.set(name, bytes.slice()),
    putIfAbsent: (name, bytes) => service.setIfAbsent(name, bytes.slice()),
    get: (name) => service.get(name),
    has: async (name) => (await service.entries(name)).some(([key]) => key === name),
    openObject: (name) => reader(service, name),
    createObject: (name) => writer(service, name),
    async list(prefix, startAfter = '') {
      const entries = await service.entries(prefix);
      const found = entries.map(([name, size]) => ({ name, size })).filter(({ name }) => name > startAfter);
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async delete(names) {
      await Promise.all(names.map((name) => service.remove(name)));
    },
  };
}

/** Ranges are cut out of the whole here; a service that can read ranges does that instead. */
async function reader(service: KeyValueService, object: string): Promise<ObjectReader> {
  const bytes = await service.get(object);
  if (bytes === undefined) throw new StorageError('CORRUPTION', 'object is missing', { object });
  return {
    readInto(target, offset) {
      if (offset + target.length > bytes.length) throw new StorageError('CORRUPTION', 'object is too short', { object, offset });
      target.set(bytes.subarray(offset, offset + target.length));
    },
    close() {},
  };
}

/** Pieces are collected and become an object at once, in `finish`; until then there is nothing that `abort` would have to remove. */
function writer(service: KeyValueService, object: string): ObjectWriter {
  let bytes = new Uint8Array(0);
  return {
    append(piece, position) {
      const grown = new Uint8Array(position + piece.length);
      grown.set(bytes.subarray(0, position));
      grown.set(piece, position);
      bytes = grown;
    },
    finish: () => service.set(object, bytes),
    abort() {},
  };
}
