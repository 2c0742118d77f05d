// A database as one page holds it, from its opening to its end, and what was asked of it.

import { StorageError, utf8 } from '@varve/core';
import {
  openDatabaseIn,
  type BrowserDatabase,
  type Live,
  type RangeChange,
  type RemoteSnapshot,
  type RemoteSpace,
  type Watch,
} from '@varve/browser/realm';
import { Gone } from '../world/process.ts';
import { ROOT, SIDE } from './engines.ts';
import type { Page } from './page.ts';
import type { PlaceRange } from './script.ts';
import type { Mark, State, TextRange } from './truth.ts';

export const NAME = 'app';
const CODECS = { keys: utf8, values: utf8 } as const;
/** Where a page keeps what it has open. */
const REGISTRY = Symbol.for('varve.databases');
const MEMORY_BYTES = 4 << 20;
const BLOCK_BYTES = 1024;

export type TextDatabase = BrowserDatabase<string, string>;
type TextSpace = RemoteSpace<string, string>;
export const SPACES = [ROOT, SIDE] as const;

export interface HeldSnapshot {
  readonly snapshot: RemoteSnapshot<string, string>;
  readonly mark: Mark;
  /** What it may show: the states that its epoch stands for. Present once that is known. */
  states: readonly State[] | undefined;
}

/** `seen`: the epoch that a page finds which reads as soon as it is told that something was skipped. */
export type Told = RangeChange<string> & { readonly tick: number; seen?: bigint };

/** A range that is watched, and all that was told of it. */
export interface HeldWatch {
  readonly watch: Watch<string>;
  readonly space: string;
  readonly range: TextRange;
  /** What is written later is told. Present once it is known that the watch has begun. */
  since: number | undefined;
  readonly told: Told[];
}

export interface HeldLive {
  readonly live: Live<readonly (readonly [string, string])[] | undefined>;
  readonly stop: () => void;
  readonly space: string;
  readonly range: TextRange;
}

export class Handle {
  readonly page: Page;
  readonly db: TextDatabase;
  readonly snapshots: HeldSnapshot[] = [];
  readonly watches: HeldWatch[] = [];
  readonly lives: HeldLive[] = [];
  /** Calls that have no answer yet. */
  readonly waiting = new Map<number, string>();
  /** Its page has closed it. */
  isClosed = false;
  readonly #spaces: readonly [TextDatabase, TextSpace];

  constructor(page: Page) {
    this.page = page;
    this.db = openDatabaseIn(page.realm, NAME, {
      ...CODECS,
      memoryBudgetBytes: MEMORY_BYTES,
      blockSizeBytes: BLOCK_BYTES,
      worker: page.newWorker,
    }) as unknown as TextDatabase;
    this.#spaces = [this.db, this.db.keyspace(SIDE, CODECS) as unknown as TextSpace];
  }

  /** It is open no more, whoever has seen to that: asked for again, it is another one. */
  get isOver(): boolean {
    const databases = (this.page.realm as { [REGISTRY]?: ReadonlyMap<string, { readonly db: unknown }> })[REGISTRY];
    return databases?.get(NAME)?.db !== this.db;
  }

  space(number: number): TextSpace {
    return this.#spaces[number];
  }

  /** An answer as somebody outside of the page gets it. */
  outside<T>(work: Promise<T>): Promise<T> {
    return this.page.context.process.outside(work);
  }
}

export function keyOf(number: number): string {
  return `k${String(number).padStart(3, '0')}`;
}

export function textRange({ from, to, reverse, limit }: PlaceRange): TextRange {
  return {
    ...(from !== undefined && { gte: keyOf(from) }),
    ...(to !== undefined && { lt: keyOf(to) }),
    ...(reverse && { reverse }),
    ...(limit !== undefined && { limit }),
  };
}

/** The page is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof Gone;
}

/** Another tab runs a newer build. */
export function isOutdated(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'UNSUPPORTED' && error.message.includes('reload');
}
