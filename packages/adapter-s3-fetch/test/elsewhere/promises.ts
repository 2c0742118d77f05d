// What s3Store promises, proven where it runs: in a browser or in workerd, on an S3 behind a real line.

import type { LogStore, ObjectStore } from '@varve/core';
import { openReader, utf8 } from '@varve/core';
import { compareWithMap, logStoreConformance, objectStoreConformance, openTexts } from '@varve/store-conformance';
import { s3Store, type S3Store } from '../../src/index.ts';
import { describe, expect, inject, it } from 'vitest';
import type { ServedS3 } from './served-s3.ts';

/** Handles on places of a bucket, each remembered for others on the same place. */
class Places {
  readonly #served: ServedS3;
  readonly #names = new WeakMap<object, string>();

  constructor(served: ServedS3) {
    this.#served = served;
  }

  readonly store = (name: string = crypto.randomUUID()): S3Store => this.#remember(this.#open(name), name);

  readonly log = (name: string = crypto.randomUUID()): LogStore => this.#remember(this.#open(name).openLog(), name);

  nameOf(handle: ObjectStore | LogStore): string {
    return this.#names.get(handle)!;
  }

  #open(name: string): S3Store {
    const { address, credentials } = this.#served;
    return s3Store(address.join(name), { credentials });
  }

  #remember<T extends object>(handle: T, name: string): T {
    this.#names.set(handle, name);
    return handle;
  }
}

/** Declares the tests. */
export function proveS3(where: string): void {
  const places = new Places(inject('s3'));
  const testRunner = { describe, it };

  objectStoreConformance({
    name: `s3Store in ${where}`,
    open: () => places.store(),
    reopen: (store) => places.store(places.nameOf(store)),
    sync: false,
    lock: false,
    manyObjects: 120,
    largeObjectBytes: 11 * 2 ** 20,
    testRunner,
  });

  logStoreConformance({
    name: `the log of s3Store in ${where}`,
    open: () => places.log(),
    reopen: (log) => places.log(places.nameOf(log)),
    sync: false,
    takes: true,
    testRunner,
  });

  it('a database reads what was written, under seed 1', async () => {
    await compareWithMap(places.store(), 1, 100);
  });

  it('a reader elsewhere sees what was acknowledged and flushed', async () => {
    const store = places.store();
    await using db = await openTexts(store);
    await db.put('a', '1');
    await db.flush();
    await using reader = await openReader(places.store(places.nameOf(store)), { keys: utf8, values: utf8 });
    expect(await reader.get('a')).toBe('1');
  });

  it('who has won a race is known also where the CORS rules of the bucket show no nonce', async () => {
    const hidden = new Places(inject('hidingS3'));
    const first = hidden.store();
    const second = hidden.store(hidden.nameOf(first));
    const bytes = (value: number): Uint8Array => new Uint8Array(100).fill(value);
    const won = await Promise.all([first.putIfAbsent('manifest/1', bytes(1)), second.putIfAbsent('manifest/1', bytes(2))]);
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await first.get('manifest/1')).toEqual(bytes(won[0] ? 1 : 2));
  });
}
