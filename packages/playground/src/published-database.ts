// A database on a static host, whatever its types are: keys and values as text.

import { httpStore, type Traffic } from '@varve/adapter-http';
import { bytes, json, openReader, structured, tuple, utf8, type Codec, type KeyCodec, type PartName } from '@varve/core';
import { readState } from '@varve/core/inspect';

/** A page that nobody touches asks nobody; what is read may be so old. */
const STALE_MS = 10_000;

export interface PublishedDatabase {
  get(key: string): Promise<string | undefined>;
  scan(prefix: string, limit: number): Promise<[key: string, value: string][]>;
  readonly traffic: Traffic;
  /** Of all that is published. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** Opens it with the codecs that it records. */
export async function openPublished(address: string): Promise<PublishedDatabase> {
  const store = httpStore(address);
  const recorded = (await readState(store))?.keySpaces.find(({ name }) => name === '');
  const keys = keyCodec(recorded?.keys ?? 'bytes');
  const values = valueCodec(recorded?.values ?? 'bytes');
  const reader = await openReader(store, { keys, values, staleMs: STALE_MS });
  const value = (found: unknown): string => (found instanceof Uint8Array ? new TextDecoder().decode(found) : textOf(found));
  return {
    async get(key) {
      const found = await reader.get(parsed(keys, key));
      return found === undefined ? undefined : value(found);
    },
    async scan(prefix, limit) {
      const found = await reader.scan(prefix === '' ? { limit } : { prefix: parsed(keys, prefix), limit }).all();
      return found.map(([key, entry]) => [value(key), value(entry)]);
    },
    get traffic() {
      return store.traffic;
    },
    get bytes() {
      return store.publication?.bytes ?? 0;
    },
    close: () => reader.close(),
  };
}

function keyCodec(name: string): KeyCodec<unknown> {
  const parts = /^tuple\((.+)\)$/.exec(name)?.[1];
  const known = parts === undefined ? { utf8, bytes }[name] : parts === 'any' ? tuple.any : tuple(...(parts.split(',') as PartName[]));
  return (known ?? { ...bytes, name }) as unknown as KeyCodec<unknown>;
}

function valueCodec(name: string): Codec<unknown> {
  return ({ utf8, bytes, json: json(), structured: structured() }[name] ?? { ...bytes, name }) as unknown as Codec<unknown>;
}

/** Tuples are typed as JSON. */
function parsed({ name }: KeyCodec<unknown>, text: string): unknown {
  if (name.startsWith('tuple(')) return JSON.parse(text) as unknown;
  return name === 'utf8' ? text : new TextEncoder().encode(text);
}

function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : (JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? '');
}
