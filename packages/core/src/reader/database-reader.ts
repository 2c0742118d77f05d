// A database that is open for reading, as the user holds it.

import { checkCodec, checkOptions } from '../base/argument-checks.ts';
import { abortable } from '../base/abort.ts';
import { describe } from '../base/describe.ts';
import { SPACE } from '../db/batch.ts';
import { ROOT } from '../db/key-spaces.ts';
import { Snapshot } from '../db/snapshot.ts';
import type { KeySpaceOptions, ReadOptions, Reads } from '../db/types.ts';
import { epochToBigInt } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { KeySpaceInfo } from '../version/manifest-state.ts';
import type { ReaderEngine } from './reader-engine.ts';
import { readerStats, type ReaderStats } from './reader-stats.ts';
import { ReaderSpace } from './reader-space.ts';

/** How long `waitEpoch` rests between two looks, at most. */
const REST_MS = 1000;
const FIRST_REST_MS = 10;

/** One moment of a database, to read from for as long as it is open, and as its objects are there. */
export interface ReaderSnapshot<K, V, P = K, KI = K> extends Reads<K, V, P, KI> {
  readonly epoch: bigint;
  /** Another key space, as it was at the same moment. */
  keyspace<K2, V2, P2, KI2, VI2>(space: ReaderSpace<K2, V2, P2, KI2, VI2>): Reads<K2, V2, P2, KI2>;
  /** Idempotent. */
  close(): void;
  [Symbol.dispose](): void;
}

export class DatabaseReader<K, V, P = K, KI = K, VI = V> extends ReaderSpace<K, V, P, KI, VI> {
  readonly #engine: ReaderEngine;

  /** @internal Made by `openReader`. */
  constructor(engine: ReaderEngine, codecs: KeySpaceOptions<K, V, P, KI, VI>) {
    super(ROOT, engine, codecs);
    this.#engine = engine;
  }

  /** The newest write that this reader sees now. */
  get epoch(): bigint {
    return epochToBigInt(this.#engine.visible);
  }

  /** A key space. It need not be there: then it is empty until the writer has made it. */
  keyspace<K2, V2, P2, KI2, VI2>(name: string, options: KeySpaceOptions<K2, V2, P2, KI2, VI2>): ReaderSpace<K2, V2, P2, KI2, VI2> {
    this.#engine.assertOpen();
    if (typeof name !== 'string' || name === ROOT) {
      throw new TypeError(`the name of a key space is a string that is not empty, not ${describe(name)}`);
    }
    checkOptions(options, ['keys', 'values']);
    checkCodec('keys', options.keys);
    checkCodec('values', options.values);
    return new ReaderSpace(name, this.#engine, options);
  }

  /** Names and codecs of all key spaces, as of the last look. */
  keyspaces(): KeySpaceInfo[] {
    this.#engine.assertOpen();
    const known = this.#engine.visible.state.keySpaces.filter(({ name }) => name !== ROOT);
    return known.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The moment of the last look, to read from. Close it. Reads from it end as `EXPIRED` once the writer has deleted what it is made of. */
  snapshot(): ReaderSnapshot<K, V, P, KI> {
    this.#engine.assertOpen();
    return new Snapshot(this.#engine, this[SPACE].codec as unknown as KeySpaceCodec<K, V, P, KI, unknown>);
  }

  /** Looks for what the writer has published, and sees it from now on. */
  async refresh(options: ReadOptions = {}): Promise<void> {
    checkOptions(options, ['signal']);
    await abortable(this.#engine.refresh(), options.signal);
  }

  /**
   * Resolves once this reader sees all writes up to this epoch that are there: one that was not durable and went with a crash is not. Looks again and again, and
   * unless the log is followed small writes wait for a `flush`: give it a signal.
   */
  async waitEpoch(epoch: bigint, { signal }: ReadOptions = {}): Promise<void> {
    if (typeof epoch !== 'bigint') throw new TypeError(`waitEpoch takes the epoch of a write, a bigint, not ${describe(epoch)}`);
    for (let rest = FIRST_REST_MS; this.epoch < epoch; rest = Math.min(2 * rest, REST_MS)) {
      signal?.throwIfAborted();
      await this.refresh({ signal });
      if (this.epoch < epoch) await abortable(this.#engine.parts.turns.sleep(rest), signal);
    }
  }

  /** What the reader holds and did. */
  stats(): ReaderStats {
    this.#engine.assertOpen();
    return readerStats(this.#engine);
  }

  /** Lets go of everything. Idempotent. */
  async close(): Promise<void> {
    await this.#engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
