// Stores on an S3 in this process, with little patience.

import { afterEach } from 'vitest';
import type { S3CredentialSource } from '../src/index.ts';
import type { Patience } from '@varve/core/store';
import { storeOn } from '../src/s3-store.ts';
import { FakeS3 } from './fake-s3.ts';

export const CREDENTIALS = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'secret' };
/** Nobody waits for the clock: the first wait is a millisecond. */
export const LITTLE_PATIENCE: Patience = { timeoutMs: 5000, tries: 4, backoffMs: 1 };

const running: FakeS3[] = [];
afterEach(async () => {
  for (const fake of running.splice(0)) await fake.stop();
});

/** A server that ends with the test. */
export async function startFake(): Promise<FakeS3> {
  const fake = await FakeS3.start();
  running.push(fake);
  return fake;
}

/** A server and a store on it that has done what it does at its first use. */
export async function setUp({
  credentials = CREDENTIALS,
  patience = LITTLE_PATIENCE,
}: { credentials?: S3CredentialSource; patience?: Patience } = {}) {
  const fake = await startFake();
  const store = storeOn(fake.address(), credentials, patience);
  await store.putIfAbsent('first', new Uint8Array(1));
  await store.delete(['first']);
  await store.close();
  fake.taken();
  return { fake, store };
}

export const bytes = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);
