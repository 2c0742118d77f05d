// Storage of Durable Objects of workerd, each used by one test.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { TestRunner } from '@varve/store-conformance';
import { describe, it } from 'vitest';
import type { Place } from './objects.ts';

let current: DurableObjectStorage | undefined;

/** Storage of the object that the running check is in. */
export function storage(): DurableObjectStorage {
  if (current === undefined) throw new Error('this is for what runs in an object');
  return current;
}

/** A new object. */
export function newPlace(): DurableObjectStub<Place> {
  return env.PLACES.get(env.PLACES.newUniqueId());
}

/** Does the work in the object. */
export function within<T>(place: DurableObjectStub<Place>, work: (state: DurableObjectState) => Promise<T>): Promise<T> {
  return runInDurableObject(place, async (_object: Place, state) => work(state));
}

/** Ends the object where it stands, and gives another handle on it. */
export async function abort(place: DurableObjectStub<Place>): Promise<DurableObjectStub<Place>> {
  await within(place, async (state) => state.abort('for a test')).catch(() => undefined);
  return env.PLACES.get(place.id);
}

const register: TestRunner['it'] = it;

/** Runs each test in an object of its own. */
export const inObjects: TestRunner = {
  describe,
  it(title, body) {
    const run = (state: DurableObjectState): Promise<void> => {
      current = state.storage;
      return body();
    };
    return register(title, () => within(newPlace(), run));
  },
};
