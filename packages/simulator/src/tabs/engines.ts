// The engines of a simulated browser: real ones, each behind a gate to the disk, and each watched, so that it is known what they did, whoever was told.

import { open, seededRandom, StorageError, type Batch, type Durability, type Entry } from '@varve/core';
import type { BackEnds, RawDatabase } from '@varve/browser/realm';
import { NO_FAULTS, type FaultRates } from '../disk/faults.ts';
import { Disk } from '../disk/disk.ts';
import { Gate, PowerLost } from '../disk/gate.ts';
import { PowerSwitch } from '../disk/power-switch.ts';
import { simLog } from '../disk/sim-log.ts';
import { simStore } from '../disk/sim-store.ts';
import { Wrong } from '../sim/wrong.ts';
import type { Memories } from '../world/memories.ts';
import type { Trace } from '../world/trace.ts';
import type { World } from '../world/world.ts';
import type { Context } from './context.ts';
import type { TabSettings } from './script.ts';
import { BUFFERED, MEMORY, placeOf, SYNCED, type State, type Truth, type TruthChange } from './truth.ts';

export const ROOT = 'root';
export const SIDE = 'side';
export const CLIENTS = 'varve:clients';

const RANKS: Readonly<Record<Durability, number>> = { memory: MEMORY, buffered: BUFFERED, synced: SYNCED };
/** Writes that were refused with one of these are not there, and never will be. */
const NOT_THERE = new Set(['QUOTA', 'READ_ONLY', 'FENCED', 'CLOSED', 'UNAVAILABLE']);
/** A range is cleared in writes of so many keys. */
const CLEARED_AT_ONCE = 3;

type RawSpace = ReturnType<RawDatabase['keyspace']>;
type AnyBatch = Batch<Uint8Array, Uint8Array>;
type Codecs = Parameters<RawDatabase['keyspace']>[1];

const utf8 = new TextDecoder();

/** The machine that engines run on, and who is told what they do. */
interface Machine {
  readonly world: World;
  readonly trace: Trace;
  readonly settings: TabSettings;
  readonly memories: Memories;
  readonly truth: Truth;
  readonly seed: number;
  readonly rates: FaultRates;
  disk: Disk;
  noteWrong(error: unknown): void;
}

export class Engines {
  readonly #browser: Machine;
  readonly #gates = new Map<Context, Gate>();
  /** Workers whose engine may write. */
  readonly #writing = new Set<Context>();
  readonly #power = new PowerSwitch(() => undefined);

  constructor(browser: Machine) {
    this.#browser = browser;
  }

  /** The back ends as a worker sees them. */
  of(context: Context): BackEnds {
    context.ongone = () => {
      this.#writing.delete(context);
      this.#gates.get(context)?.abandon(false);
      this.#gates.delete(context);
    };
    return {
      open: async (_name, _fallback, options) => {
        this.#assertAlone(context, 'opens');
        this.#writing.add(context);
        try {
          const { db, isSync } = await this.#open(context, options);
          const storage = { backEnd: 'simulated', usageBytes: undefined, quotaBytes: undefined, persisted: false, evicted: false };
          return { db, isSync, backEnd: 'simulated', storage: async () => storage, tidy: async () => undefined };
        } catch (error) {
          this.#writing.delete(context);
          throw error;
        }
      },
      remove: async () => {
        this.#assertAlone(context, 'deletes');
        this.#browser.disk = new Disk();
        this.#browser.truth.deleted();
        this.#browser.trace.note('deleted');
      },
      restore: () => Promise.reject(new StorageError('UNSUPPORTED', 'no life puts another database in the place of one')),
    };
  }

  set rates(rates: FaultRates) {
    for (const gate of this.#gates.values()) gate.rates = rates;
  }

  /** The browser is gone: what was under way takes place now, or never. */
  abandonAll(): void {
    for (const gate of this.#gates.values()) gate.abandon(false);
    this.#gates.clear();
    this.#writing.clear();
  }

  #assertAlone(context: Context, does: string): void {
    const other = [...this.#writing].find((each) => each !== context && each.process.alive);
    if (other === undefined) return;
    const wrong = new Wrong(`${context.name} ${does} the database while ${other.name} has it open`);
    this.#browser.noteWrong(wrong);
    // It goes no further: what two engines make of one disk is another matter.
    throw wrong;
  }

  async #open(context: Context, options: Parameters<BackEnds['open']>[2]): Promise<{ db: RawDatabase; isSync: boolean }> {
    const { world, trace, disk, settings, rates, memories, seed, truth } = this.#browser;
    const { process } = context;
    const gate = new Gate(world, process, { latencyMs: settings.diskMs, syncNowMs: 0, trace, power: this.#power, calls: {} });
    gate.rates = rates;
    this.#gates.set(context, gate);
    const handle = { failed: false };
    const db = (await open(simStore(disk, gate, settings.manner), {
      ...options,
      takeover: 'wait',
      log: simLog(disk, gate, settings.manner !== 'later'),
      onEvent: (event) => {
        if (event.kind === 'failed') handle.failed = true;
        if (event.kind === 'failed' && !isOfTheWorld(event.error)) this.#browser.noteWrong(event.error);
        options.onEvent?.(event);
      },
      clock: process.clock,
      turns: process.turns,
      newMemory: memories.take,
      random: seededRandom(seed + 7919 * process.number),
    })) as unknown as RawDatabase;
    gate.rates = NO_FAULTS;
    const state = await stateOf(db, { keys: options.keys, values: options.values } as Codecs);
    gate.rates = this.#browser.rates;
    try {
      truth.found(state);
    } catch (error) {
      this.#browser.noteWrong(error);
    }
    trace.note('opened', state.size, process.number);
    this.#watch(db, context, handle);
    return { db, isSync: settings.manner !== 'later' };
  }

  /** From here on it is known what the engine is asked for, and how that ended. */
  #watch(db: RawDatabase, context: Context, handle: { readonly failed: boolean }): void {
    const { truth, trace } = this.#browser;
    const names = new Map<object, string>([[db, ROOT]]);
    const changes = new WeakMap<object, TruthChange[]>();
    const original = {
      batch: db.batch.bind(db),
      write: db.write.bind(db),
      close: db.close.bind(db),
      keyspace: db.keyspace.bind(db) as (name: string, codecs: Codecs) => RawSpace,
    };
    const write: RawDatabase['write'] = async (batch, writeOptions) => {
      const noted = changes.get(batch) ?? [];
      const outcome = truth.attempt({ changes: noted, durability: RANKS[writeOptions?.durability ?? 'buffered'] });
      try {
        const result = await original.write(batch, writeOptions);
        if (result.ok) outcome.done(result.epoch);
        else outcome.refused();
        trace.note('wrote', noted.length, result.ok ? Number(result.epoch & 0xffffffn) : 0);
        return result;
      } catch (error) {
        if (error instanceof StorageError && NOT_THERE.has(error.code)) outcome.refused();
        throw error;
      }
    };
    const batch = (): AnyBatch => {
      const made = original.batch() as AnyBatch;
      const noted: TruthChange[] = [];
      changes.set(made, noted);
      const note = (space: unknown, key: Uint8Array, value?: Uint8Array): void =>
        void noted.push({ space: names.get(space as object)!, key: textOf(key), value: value && textOf(value) });
      const [put, remove] = [made.put.bind(made), made.delete.bind(made)] as unknown as [
        (...all: unknown[]) => unknown,
        (...all: unknown[]) => unknown,
      ];
      return Object.assign(made, {
        put(space: unknown, key: Uint8Array, value: Uint8Array) {
          put(space, key, value);
          note(space, key, value);
          return made;
        },
        delete(space: unknown, key: Uint8Array) {
          remove(space, key);
          note(space, key);
          return made;
        },
      });
    };
    /** What a range loses is known write by write. */
    const clearing =
      (space: RawSpace): RawSpace['clear'] =>
      async (range) => {
        const keys: Uint8Array[] = [];
        for await (const key of space.scan(range).keys() as AsyncIterable<Uint8Array>) keys.push(key.slice());
        for (let at = 0; at < keys.length; at += CLEARED_AT_ONCE) {
          const some = batch();
          for (const key of keys.slice(at, at + CLEARED_AT_ONCE)) some.delete(space as never, key);
          await write(some as never);
        }
        return keys.length;
      };
    const keyspace = (name: string, codecs: Codecs): RawSpace => {
      const space = original.keyspace(name, codecs);
      if (!names.has(space)) {
        names.set(space, name);
        space.clear = clearing(space);
      }
      return space;
    };
    const close = async (): Promise<void> => {
      try {
        await original.close();
        // One that has failed may leave writes behind that were in memory only.
        if (!handle.failed) truth.closed();
        trace.note('closed');
      } finally {
        this.#writing.delete(context);
        this.#gates.delete(context);
      }
    };
    Object.assign(db, { write, batch, keyspace, close, clear: clearing(db as unknown as RawSpace) });
  }
}

async function stateOf(db: RawDatabase, codecs: Codecs): Promise<State> {
  const state: State = new Map();
  const names = [ROOT, ...db.keyspaces().map(({ name }) => name)];
  for (const name of names) {
    const space =
      name === ROOT ? (db as unknown as RawSpace) : db.keyspace(name, name === CLIENTS ? { ...codecs, ...named('bytes', codecs) } : codecs);
    for await (const key of space.scan().keys() as AsyncIterable<Uint8Array>) {
      const own = key.slice();
      const entry = (await space.getEntry(own)) as Entry<Uint8Array, Uint8Array> | undefined;
      if (entry !== undefined) state.set(placeOf(name, textOf(own)), { value: textOf(entry.value), epoch: entry.epoch });
    }
  }
  return state;
}

function named(name: string, { keys, values }: Codecs): Codecs {
  return { keys: { ...keys, name }, values: { ...values, name } };
}

/** Keys of pages' writes end with a number: their bytes are kept apart. */
function textOf(bytes: Uint8Array): string {
  const text = utf8.decode(bytes);
  return text.includes('\u0000') || text.includes('\ufffd') ? String.fromCharCode(...bytes) : text;
}

function isOfTheWorld(error: unknown): boolean {
  return error instanceof StorageError || error instanceof PowerLost;
}
