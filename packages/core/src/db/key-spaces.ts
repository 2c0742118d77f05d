// The key spaces of an open database: the manifest's table, and the handles that were asked for.

import { StorageError } from '../base/errors.ts';
import { describe } from '../base/describe.ts';
import { bytes } from '../format/bytes-codec.ts';
import type { Codec, KeyCodec } from '../format/codec.ts';
import { KeySpaceCodec } from '../format/key-space.ts';
import type { KeySpaceInfo } from '../version/manifest-state.ts';
import type { Engine } from './engine.ts';
import { KeySpace } from './key-space.ts';

type AnyKeySpace = KeySpace<unknown, unknown, unknown, unknown, unknown>;

interface Handle {
  readonly info: KeySpaceInfo;
  readonly space: AnyKeySpace;
}

/** Name of the database's own key space in the table; users' names are never empty. */
export const ROOT = '';

export class KeySpaces {
  readonly #engine: Engine;
  readonly #handles = new Map<string, Handle>();
  #nextId: number;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#nextId = engine.state.nextKeySpace;
  }

  /** All key spaces but the database's own, by name. */
  list(): KeySpaceInfo[] {
    const known = new Map(this.#engine.state.keySpaces.map((info) => [info.name, info]));
    for (const { info } of this.#handles.values()) known.set(info.name, info);
    known.delete(ROOT);
    return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The key space of that name, made now if it is new. Refuses other codecs than it was made with. */
  open<K, V, P, KI, VI>(name: string, keys: KeyCodec<K, P, KI>, values: Codec<V, VI>): KeySpace<K, V, P, KI, VI> {
    const recorded = this.#handles.get(name)?.info ?? this.#engine.state.keySpaces.find((info) => info.name === name);
    if (recorded !== undefined) checkCodecs(recorded, keys, values);
    const handle = this.#handles.get(name);
    if (handle !== undefined && handle.space.uses(keys, values)) return handle.space as unknown as KeySpace<K, V, P, KI, VI>;
    if (recorded !== undefined) return this.#add(recorded, new KeySpace(name, this.#engine, this.#codec(recorded.id, keys, values)));
    return this.#create({ id: name === ROOT ? 0 : this.#nextId++, name, keys: keys.name, values: values.name }, keys, values);
  }

  #codec<K, V, P, KI, VI>(id: number, keys: KeyCodec<K, P, KI>, values: Codec<V, VI>): KeySpaceCodec<K, V, P, KI, VI> {
    return new KeySpaceCodec(id, keys, values, this.#engine.parts.plan.longestKeyBytes);
  }

  #create<K, V, P, KI, VI>(info: KeySpaceInfo, keys: KeyCodec<K, P, KI>, values: Codec<V, VI>): KeySpace<K, V, P, KI, VI> {
    const engine = this.#engine;
    const commit = engine.scheduler.add(
      engine.commit(
        () => [{ kind: 'keyspace', space: info }],
        () => space.created(),
      ),
      0,
    );
    const space: KeySpace<K, V, P, KI, VI> = new KeySpace(info.name, engine, this.#codec(info.id, keys, values), commit.done);
    return this.#add(info, space);
  }

  #add<K, V, P, KI, VI>(info: KeySpaceInfo, space: KeySpace<K, V, P, KI, VI>): KeySpace<K, V, P, KI, VI> {
    this.#handles.set(info.name, { info, space: space as unknown as AnyKeySpace });
    return space;
  }

  /** Deletes a key space and everything in it. Its id is never used again. */
  async drop(name: string): Promise<boolean> {
    const info = this.list().find((known) => known.name === name);
    if (info === undefined) return false;
    const handle = this.#handles.get(name);
    await handle?.space.clear();
    if (handle === undefined) await new KeySpace(name, this.#engine, this.#codec(info.id, bytes, bytes)).clear();
    await this.#engine.scheduler.add(
      this.#engine.commit(
        () => [{ kind: 'drop-keyspace', id: info.id }],
        () => this.#handles.delete(name),
      ),
      0,
    ).done;
    return true;
  }
}

function checkCodecs(recorded: KeySpaceInfo, keys: { name: string }, values: { name: string }): void {
  const what = recorded.name === ROOT ? 'the database' : `key space ${describe(recorded.name)}`;
  if (recorded.keys !== keys.name) throw refused(what, 'keys', recorded.keys, keys.name);
  if (recorded.values !== values.name) throw refused(what, 'values', recorded.values, values.name);
}

function refused(what: string, which: string, made: string, given: string): StorageError {
  return new StorageError('UNSUPPORTED', `${what} was made with ${which}: ${made}, so it cannot be opened with ${which}: ${given}`);
}
