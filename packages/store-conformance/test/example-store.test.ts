// The example of docs/STORE.md is this code, and passes the kit.

import { readFileSync } from 'node:fs';
import type { ObjectStore } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { objectStoreConformance } from '../src/index.ts';
import { keyValueStore, type KeyValueService } from './example-store.ts';

/** A service in memory. */
function serviceOf(values: Map<string, Uint8Array>): KeyValueService {
  return {
    get: async (key) => values.get(key)?.slice(),
    async set(key, value) {
      values.set(key, value);
    },
    async setIfAbsent(key, value) {
      if (values.has(key)) return false;
      values.set(key, value);
      return true;
    },
    async remove(key) {
      values.delete(key);
    },
    entries: async (prefix) => [...values].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key, value.length]),
  };
}

const places = new WeakMap<ObjectStore, Map<string, Uint8Array>>();

function openOn(values: Map<string, Uint8Array>): ObjectStore {
  const store = keyValueStore(serviceOf(values));
  places.set(store, values);
  return store;
}

objectStoreConformance({
  name: 'the example store',
  open: () => openOn(new Map()),
  reopen: (store) => openOn(places.get(store) ?? new Map()),
  sync: false,
  lock: false,
  testRunner: { describe, it },
});

it('docs/STORE.md shows the example as it is', () => {
  const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const example = text('example-store.ts');
  expect(text('../../../docs/STORE.md')).toContain('```ts\n' + example.slice(example.indexOf('import ')) + '```');
});
