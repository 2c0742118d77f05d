// What a life of tabs consists of, as plain data: it can be written down, shortened, and lived again.

import type { Durability } from '@varve/core';
import type { CutMode } from '../disk/disk.ts';
import type { FaultRates } from '../disk/faults.ts';
import type { Manner } from '../disk/sim-store.ts';

/** How the workers of a browser fare: all is well, their script throws, they cannot be made at all. */
export type WorkerFate = 'well' | 'broken' | 'refused';

/** Key space and key by number. */
export type Place = readonly [space: number, key: number];

export interface PlaceRange {
  readonly space: number;
  readonly from?: number;
  readonly to?: number;
  readonly reverse?: true;
  readonly limit?: number;
}

/** `hurry`: the page goes on without waiting for the answer. */
interface HowAsked {
  readonly hurry?: true;
}

interface HowWritten extends HowAsked {
  readonly durability?: Durability;
}

export type CallStep =
  /** `beside`: another one in the same turn, which travels with it. */
  | (HowWritten & {
      readonly do: 'put';
      readonly place: Place;
      readonly size: number;
      readonly beside?: { readonly place: Place; readonly durability: Durability };
    })
  | (HowWritten & { readonly do: 'delete'; readonly place: Place })
  | (HowWritten & {
      readonly do: 'batch';
      readonly puts: readonly Place[];
      readonly check?: { readonly place: Place; readonly isRight: boolean };
    })
  | (HowWritten & { readonly do: 'update'; readonly place: Place })
  | (HowAsked & { readonly do: 'clear'; readonly range: PlaceRange })
  | (HowAsked & { readonly do: 'get'; readonly place: Place; readonly how: 'get' | 'has' | 'getEntry' })
  | (HowAsked & { readonly do: 'getMany'; readonly places: readonly Place[] })
  | (HowAsked & { readonly do: 'scan'; readonly range: PlaceRange; readonly pauseMs: number })
  | { readonly do: 'openSnapshot' }
  | (HowAsked & { readonly do: 'readSnapshot'; readonly pick: number; readonly range: PlaceRange })
  | { readonly do: 'closeSnapshot'; readonly pick: number }
  | { readonly do: 'watch' | 'live'; readonly range: PlaceRange }
  | { readonly do: 'unwatch'; readonly pick: number }
  | (HowAsked & { readonly do: 'care'; readonly care: 'sync' | 'flush' | 'compact' })
  | (HowAsked & { readonly do: 'close' });

/** What happens to the page that an actor uses, or to all. */
export type FateStep =
  | { readonly do: 'hide' | 'show' | 'closePage' | 'crashPage' | 'killWorker'; readonly page: number }
  | { readonly do: 'freeze' | 'cache' | 'stall' | 'hang'; readonly page: number; readonly ms: number }
  | { readonly do: 'crashBrowser'; readonly cut?: CutMode }
  | { readonly do: 'deleteDatabase'; readonly page: number }
  | { readonly do: 'faults'; readonly rates: FaultRates; readonly ms: number }
  | { readonly do: 'workers'; readonly fate: WorkerFate; readonly ms: number };

export type TabStep = (CallStep | FateStep) & { readonly waitMs?: number };

export interface TabSettings {
  readonly manner: Manner;
  /** How long messages and locks take, at most, but for a few; and calls to the disk. */
  readonly messageMs: number;
  readonly diskMs: number;
  /** Keys of each key space. */
  readonly keys: number;
  /** The build that the n-th page is loaded with; later pages get the last. */
  readonly builds: readonly number[];
}

export interface TabScript {
  readonly kind: 'tabs';
  readonly seed: number;
  readonly settings: TabSettings;
  /** Each actor has a page and uses it; the last one decides what happens to pages. */
  readonly actors: readonly (readonly TabStep[])[];
}
