// The key spaces of an open database: the manifest's table, and the handles that were asked for.

import { StorageError } from '../base/errors.ts';
import { bytes } from '../format/bytes-codec.ts';
import type { Codec, KeyCodec } from '../format/codec.ts';
import { KeySpaceCodec } from '../format/key-space.ts';
import type { EditJson } from '../version/manifest-format.ts';
import type { KeySpaceInfo } from '../version/manifest-state.ts';
import type { Engine } from './engine.ts';
import { KeySpace } from './key-space.ts';
import { SpaceLife } from './space-life.ts';

type AnyKeySpace = KeySpace<unknown, unknown, unknown, unknown, unknown>;

interface Handle {
  readonly info: KeySpaceInfo;
  readonly life: SpaceLife;
  /** The one that was made last. */
  space?: AnyKeySpace;
  /** Set once it is being dropped: who drops it as well waits for the same. */
  dropping?: Promise<boolean>;
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
    const known = this.#find(name);
    if (known !== undefined) checkCodecs(known.info, keys, values);
    const handle = known ?? this.#create({ id: name === ROOT ? 0 : this.#nextId++, name, keys: keys.name, values: values.name });
    if (handle.space?.uses(keys, values) === true) return handle.space as unknown as KeySpace<K, V, P, KI, VI>;
    const space = new KeySpace(name, this.#engine, this.#codec(handle.info.id, keys, values), handle.life);
    handle.space = space as unknown as AnyKeySpace;
    return space;
  }

  #find(name: string): Handle | undefined {
    const recorded = (): KeySpaceInfo[] => this.#engine.state.keySpaces.filter((info) => info.name === name);
    return this.#handles.get(name) ?? recorded().map((info) => this.#add(info))[0];
  }

  #create(info: KeySpaceInfo): Handle {
    const handle = this.#add(info);
    const { life } = handle;
    life.creation = this.#commit({ kind: 'keyspace', space: info }, () => (life.creation = undefined));
    return handle;
  }

  #add(info: KeySpaceInfo): Handle {
    const handle: Handle = { info, life: new SpaceLife() };
    this.#handles.set(info.name, handle);
    return handle;
  }

  #codec<K, V, P, KI, VI>(id: number, keys: KeyCodec<K, P, KI>, values: Codec<V, VI>): KeySpaceCodec<K, V, P, KI, VI> {
    return new KeySpaceCodec(id, keys, values, this.#engine.parts.plan.longestKeyBytes);
  }

  /** Deletes a key space and everything in it. Its id is never used again. */
  async drop(name: string): Promise<boolean> {
    const handle = this.#find(name);
    if (handle === undefined || name === ROOT) return false;
    return (handle.dropping ??= this.#drop(handle));
  }

  async #drop({ info: { id, name }, life }: Handle): Promise<boolean> {
    life.dropped = true;
    await life.creation;
    // What was written before is to be seen, and deleted as well.
    await this.#engine.writer.sync();
    // Also keys that were written under a larger budget.
    await new KeySpace(name, this.#engine, new KeySpaceCodec(id, bytes, bytes), new SpaceLife()).clear();
    await this.#commit({ kind: 'drop-keyspace', id }, () => this.#handles.delete(name));
    return true;
  }

  #commit(edit: EditJson, install: () => void): Promise<void> {
    const { scheduler } = this.#engine;
    return scheduler.add(
      this.#engine.commit(() => [edit], install),
      0,
    ).done;
  }
}

/** Refuses other codecs than a key space was made with. */
export function checkCodecs(recorded: KeySpaceInfo, keys: { name: string }, values: { name: string }): void {
  const what = recorded.name === ROOT ? 'the database' : `key space ${JSON.stringify(recorded.name)}`;
  if (recorded.keys !== keys.name) throw refused(what, 'keys', recorded.keys, keys.name);
  if (recorded.values !== values.name) throw refused(what, 'values', recorded.values, values.name);
}

function refused(what: string, which: string, made: string, given: string): StorageError {
  return new StorageError('UNSUPPORTED', `${what} was made with ${which}: ${made}, so it cannot be opened with ${which}: ${given}`);
}
