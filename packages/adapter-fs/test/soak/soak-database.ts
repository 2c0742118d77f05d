// The database of a soak while it is open, and the models of what it must hold.

import { bytes, open, utf8, type KeySpace, type Snapshot } from '@varve/core';
import { fsStore } from '../../src/index.ts';
import type { StormDatabase } from '../storm-writer.ts';
import type { SoakSettings } from './soak-messages.ts';
import { SoakValues } from './soak-values.ts';
import { SpaceModel, type Moment } from './space-model.ts';

type Side = KeySpace<string, Uint8Array, string, string, Uint8Array | string>;

/** A key space beside the database's own. */
export interface SideSpace {
  readonly name: string;
  readonly space: Side;
  readonly model: SpaceModel;
}

/** A snapshot, and what it must hold. */
export interface HeldSnapshot {
  readonly snapshot: Snapshot<string, Uint8Array, string, string>;
  readonly root: Moment;
  readonly sides: ReadonlyMap<SideSpace, Moment>;
}

const SIDE_KEYS = 300;
const QUIET_TURNS = 200;

export class SoakDatabase {
  readonly settings: SoakSettings;
  readonly values: SoakValues;
  readonly root: SpaceModel;
  readonly sides: SideSpace[] = [];
  readonly snapshots: HeldSnapshot[] = [];
  #db: StormDatabase | undefined;
  #spaces = 0;

  constructor(settings: SoakSettings, keys: number) {
    this.settings = settings;
    this.values = new SoakValues(settings.seed);
    this.root = new SpaceModel(0, keys, this.values);
  }

  /** The open one. */
  get db(): StormDatabase {
    if (this.#db === undefined) throw new Error('the database is closed');
    return this.#db;
  }

  /** Opens, also the key spaces that there should be; throws if there are others. */
  async open(): Promise<void> {
    const { directory, memoryBudgetBytes } = this.settings;
    this.#db = await open(fsStore(directory), { keys: utf8, memoryBudgetBytes });
    const [found, expected] = [this.db.keyspaces(), this.sides].map((spaces) => spaces.map(({ name }) => name).sort());
    if (found.join() !== expected.join()) throw new Error(`wrong key spaces: there are ${found.join()}, expected ${expected.join()}`);
    for (const side of this.sides.splice(0)) this.sides.push({ ...side, space: this.#space(side.name) });
  }

  async close(): Promise<void> {
    for (const { snapshot } of this.snapshots.splice(0)) snapshot.close();
    await this.db.close();
    this.#db = undefined;
  }

  /** Until nothing is begun any more, also by what has ended. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      await this.db.idle();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  makeSide(name: string): SideSpace {
    const side = { name, space: this.#space(name), model: new SpaceModel(++this.#spaces, SIDE_KEYS, this.values) };
    this.sides.push(side);
    return side;
  }

  async dropSide(side: SideSpace): Promise<void> {
    if (!(await this.db.dropKeyspace(side.name))) throw new Error(`there was no key space to drop name=${side.name}`);
    this.sides.splice(this.sides.indexOf(side), 1);
  }

  /** Only while no write is under way: it is known exactly what it sees. */
  takeSnapshot(): void {
    const sides = new Map(this.sides.map((side) => [side, side.model.begin()]));
    this.snapshots.push({ snapshot: this.db.snapshot(), root: this.root.begin(), sides });
  }

  liveBytes(): number {
    return [this.root, ...this.sides.map(({ model }) => model)].reduce((sum, model) => sum + model.bytesOf(model.issued), 0);
  }

  /** Values of which only snapshots know. */
  heldBytes(): number {
    let held = 0;
    for (const { root, sides } of this.snapshots) {
      held += this.root.replacedBytes(root.least);
      for (const [side, { least }] of sides) {
        held += this.sides.includes(side) ? side.model.replacedBytes(least) : side.model.bytesOf(least);
      }
    }
    return held;
  }

  #space(name: string): Side {
    return this.db.keyspace(name, { keys: utf8, values: bytes }) as Side;
  }
}
