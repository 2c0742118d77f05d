// The database as a page holds it.

import type { Codec, DatabaseStats, KeyCodec, KeySpaceInfo, VerifyReport } from '@varve/core';
import { StorageError } from '@varve/core/codecs';
import type { KeySpaceOptions, WriteOptions, WriteResult } from '@varve/core';
import type { FrameReader } from '../wire/frame-reader.ts';
import { Call, CARES, DURABILITIES, Event, type Care } from '../wire/protocol.ts';
import type { StorageReport } from '../wire/storage-report.ts';
import type { Connection } from './connection.ts';
import { RemoteBatch } from './remote-batch.ts';
import { abortable, type Remote } from './remote.ts';
import { RemoteReads, RemoteSpace } from './remote-space.ts';

/** One moment of the database, to read from. It ends as `EXPIRED` when another tab takes over. */
export class RemoteSnapshot<K, V, P = K, KI = K> extends RemoteReads<K, V, P, KI> {
  readonly #number: number;
  /** The moment. */
  readonly epoch: Promise<bigint>;

  /** @internal Made by `db.snapshot()`. */
  constructor(remote: Remote, space: RemoteReads<K, V, P, KI>, number: number) {
    super(remote, space.number, space.keys, space.values, number);
    this.#number = number;
    this.epoch = remote.connection.call(
      Call.snapshot,
      (frame) => frame.u32(number),
      (frame) => frame.u64(),
      'expire',
    );
    this.epoch.catch(() => undefined);
  }

  /** Another key space at the same moment. */
  keyspace<K2, V2, P2, KI2>(space: RemoteReads<K2, V2, P2, KI2>): RemoteReads<K2, V2, P2, KI2> {
    return new RemoteReads(this.remote, space.number, space.keys, space.values, this.#number);
  }

  /** Lets go of the moment. Idempotent. */
  close(): void {
    this.remote.connection.say(Call.closeSnapshot, (frame) => frame.u32(this.#number));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

export class RemoteDatabase<K, V, P = K, KI = K, VI = V> extends RemoteSpace<K, V, P, KI, VI> {
  readonly #spaces = new Map<string, RemoteSpace<unknown, unknown, unknown, unknown, unknown>>();

  constructor(connection: Connection, keys: KeyCodec<K, P, KI>, values: Codec<V, VI>) {
    super(remoteOn(connection), 0, keys, values);
  }

  /** Opens a key space, or makes it. Keys of different key spaces never mix; batches may span them. */
  keyspace<K2, V2, P2 = K2, KI2 = K2, VI2 = V2>(
    name: string,
    { keys, values }: KeySpaceOptions<K2, V2, P2, KI2, VI2>,
  ): RemoteSpace<K2, V2, P2, KI2, VI2> {
    const known = this.#spaces.get(name) as RemoteSpace<K2, V2, P2, KI2, VI2> | undefined;
    if (known?.keys === keys && known.values === values) return known;
    const number = this.remote.newNumber();
    const space = new RemoteSpace(this.remote, number, keys, values);
    this.#spaces.set(name, space as unknown as RemoteSpace<unknown, unknown, unknown, unknown, unknown>);
    this.remote.connection
      .keep(`space ${number}`, Call.space, (frame) => frame.u32(number).text(name).text(keys.name).text(values.name))
      // Each call on the key space says why it is not there.
      .catch(() => undefined);
    return space;
  }

  /** Names and codecs of all key spaces. */
  async keyspaces(): Promise<KeySpaceInfo[]> {
    return (await this.#care('keyspaces')) as KeySpaceInfo[];
  }

  /** Deletes a key space with everything in it. False when there is none of that name. */
  dropKeyspace(name: string): Promise<boolean> {
    const known = this.#spaces.get(name);
    // The next worker would make it anew.
    if (known !== undefined) this.remote.connection.forget(`space ${known.number}`);
    this.#spaces.delete(name);
    return this.remote.connection.call(
      Call.dropSpace,
      (frame) => frame.text(name),
      (frame) => frame.u8() === 1,
    );
  }

  /** An empty batch. */
  batch(): RemoteBatch<KI, VI> {
    return new RemoteBatch(this as unknown as RemoteSpace<unknown, unknown, never, KI, VI>, this.remote.connection.frame());
  }

  /** Writes a batch as one: all of it or nothing, at one epoch. `ok: false` names the key whose check failed. */
  async write(batch: RemoteBatch<KI, VI>, { durability, signal }: WriteOptions = {}): Promise<WriteResult> {
    signal?.throwIfAborted();
    const { count, changes } = batch.take();
    const written = await abortable(this.remote.connection.write(count, changes, DURABILITIES.indexOf(durability)), signal);
    return typeof written === 'bigint' ? { ok: true, epoch: written } : { ok: false, key: written };
  }

  /** The moment that is visible now, to read from. Close it. */
  snapshot(): RemoteSnapshot<K, V, P, KI> {
    return new RemoteSnapshot(this.remote, this, this.remote.newNumber());
  }

  /** Everything written before survives a power cut once the promise is fulfilled. */
  async sync(): Promise<void> {
    await this.#care('sync');
  }

  /** Writes what is in memory to SSTs. Durability does not need it. */
  async flush(): Promise<void> {
    await this.#care('flush');
  }

  /** Merges everything, so that deleted and overwritten data is gone and reads are fastest. */
  async compact(): Promise<void> {
    await this.#care('compact');
  }

  /** Resolves when no flush, compaction or deletion is under way. */
  async idle(): Promise<void> {
    await this.#care('idle');
  }

  /** Reads and checks every byte that is stored. */
  async verify(): Promise<VerifyReport> {
    return (await this.#care('verify')) as VerifyReport;
  }

  /** What the engine holds and did. */
  async stats(): Promise<DatabaseStats> {
    return (await this.#care('stats')) as DatabaseStats;
  }

  /** Where it lives, how much room there is, and whether the browser keeps it. */
  async storage(): Promise<StorageReport> {
    return (await this.#care('storage')) as StorageReport;
  }

  /** Lets go of the database; other tabs go on. Idempotent. */
  async close(): Promise<void> {
    await this.#care('sync').catch(() => undefined);
    this.remote.connection.end(new StorageError('CLOSED', 'the database is closed: open it again'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #care(care: Care): Promise<unknown> {
    return this.remote.connection.call(
      Call.care,
      (frame) => frame.u8(CARES.indexOf(care)),
      (frame) => JSON.parse(frame.text(), revive) as unknown,
    );
  }
}

function remoteOn(connection: Connection): Remote {
  let numbers = 0;
  const watches: Remote['watches'] = new Map();
  connection.onevent = (event, frame: FrameReader) => {
    if (event === Event.change) watches.get(frame.u32())?.read(frame);
  };
  connection.onover = () => {
    for (const watch of watches.values()) watch.end();
  };
  connection.onmoved = () => {
    for (const watch of watches.values()) watch.skipped();
  };
  return { connection, watches, newNumber: () => ++numbers };
}

/** Epochs travel as text in JSON. */
function revive(_name: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
}
