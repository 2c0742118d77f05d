// A life of tabs from a seed: how many pages there are, what they do, and what happens to them.

import type { Durability } from '@varve/core';
import { CUT_MODES } from '../disk/disk.ts';
import { Draw } from '../world/draw.ts';
import type { CallStep, FateStep, Place, PlaceRange, TabScript, TabSettings, TabStep } from './script.ts';

const STEPS = 160;
const FATES_SHARE = 0.12;
const MOST_PAUSE_MS = 60;
const REST_MS = 1500;
const DURABILITIES: readonly Durability[] = ['memory', 'buffered', 'synced'];

/** A script of about so many steps. */
export function generateTabs(seed: number, steps = STEPS): TabScript {
  // The life draws from the seed itself.
  const draw = new Draw((seed ^ 0x7ab5_0000) >>> 0);
  const pages = 2 + draw.below(3);
  const at = draw.below(4);
  const settings: TabSettings = {
    manner: draw.pick(['now', 'now', 'later'] as const),
    messageMs: draw.pick([0.2, 1, 5]),
    diskMs: draw.pick([0.2, 1]),
    keys: draw.pick([3, 8, 20]),
    // The site is updated when so many pages were loaded.
    builds: draw.chance(0.2) ? Array.from({ length: 8 }, (_, i) => (i < 2 + at ? 1 : 2)) : [1],
  };
  const calm = draw.chance(0.1);
  const rude = { deletes: draw.chance(0.25), fails: draw.chance(0.25), breaks: draw.chance(0.08) };
  const actors = Array.from({ length: pages }, () =>
    Array.from({ length: Math.ceil((steps * (1 - FATES_SHARE)) / pages) }, () => paused(draw, callStep(draw, settings))),
  );
  const fates = Array.from({ length: calm ? 1 : Math.ceil(steps * FATES_SHARE) }, () => fated(draw, fateStep(draw, pages, rude), steps));
  return { kind: 'tabs', seed, settings, actors: [...actors, fates] };
}

function callStep(draw: Draw, { keys }: TabSettings): CallStep {
  const place = (): Place => [draw.chance(0.75) ? 0 : 1, draw.below(keys)];
  const range = (): PlaceRange => {
    const [a, b] = [draw.below(keys + 1), draw.below(keys + 1)];
    const whole = draw.chance(0.4);
    return {
      space: draw.chance(0.75) ? 0 : 1,
      ...(!whole && { from: Math.min(a, b), to: Math.max(a, b) }),
      ...(draw.chance(0.2) && { reverse: true as const }),
      ...(draw.chance(0.2) && { limit: 1 + draw.below(5) }),
    };
  };
  const whole = (): PlaceRange => {
    const { reverse: _reverse, limit: _limit, ...rest } = range();
    return rest;
  };
  const hurry = draw.chance(0.7) && { hurry: true as const };
  const how = { ...hurry, ...(draw.chance(0.5) && { durability: draw.pick(DURABILITIES) }) };
  const kind = draw.weighted({
    put: 22,
    delete: 5,
    batch: 9,
    update: 14,
    clear: 2,
    get: 14,
    getMany: 6,
    scan: 8,
    openSnapshot: 3,
    readSnapshot: 5,
    closeSnapshot: 1,
    watch: 4,
    live: 3,
    unwatch: 1,
    care: 3,
    close: 1,
  });
  switch (kind) {
    case 'put':
      // Scans of several pages take values of some size.
      return {
        do: kind,
        place: place(),
        size: draw.chance(0.2) ? draw.below(30_000) : draw.below(40),
        ...(draw.chance(0.2) && { beside: { place: place(), durability: draw.pick(DURABILITIES) } }),
        ...how,
      };
    case 'delete':
      return { do: kind, place: place(), ...how };
    case 'batch': {
      const check = draw.chance(0.5) && { check: { place: place(), isRight: draw.chance(0.8) } };
      return { do: kind, puts: Array.from({ length: 1 + draw.below(4) }, place), ...check, ...how };
    }
    case 'update':
      return { do: kind, place: [0, draw.below(3)], ...how };
    case 'clear':
      return { do: kind, range: whole(), ...hurry };
    case 'get':
      return { do: kind, place: place(), how: draw.pick(['get', 'has', 'getEntry'] as const), ...hurry };
    case 'getMany': {
      const space = place()[0];
      return { do: kind, places: Array.from({ length: 2 + draw.below(4) }, (): Place => [space, draw.below(keys)]), ...hurry };
    }
    case 'scan':
      return { do: kind, range: range(), pauseMs: draw.skewed(0, 40), ...hurry };
    case 'openSnapshot':
    case 'closeSnapshot':
      return kind === 'openSnapshot' ? { do: kind } : { do: kind, pick: draw.below(8) };
    case 'readSnapshot':
      return { do: kind, pick: draw.below(8), range: range(), ...hurry };
    case 'watch':
    case 'live':
      return { do: kind, range: kind === 'live' ? range() : whole() };
    case 'unwatch':
      return { do: kind, pick: draw.below(8) };
    case 'care':
      return { do: kind, care: draw.pick(['sync', 'sync', 'flush', 'compact'] as const), ...hurry };
    case 'close':
      return { do: kind, ...hurry };
  }
}

function fateStep(
  draw: Draw,
  pages: number,
  rude: { readonly deletes: boolean; readonly fails: boolean; readonly breaks: boolean },
): FateStep {
  const page = draw.below(pages);
  const ms = draw.skewed(1, REST_MS);
  const kind = draw.weighted({
    hide: 2,
    show: 1,
    closePage: 5,
    crashPage: 5,
    killWorker: 7,
    freeze: 5,
    cache: 5,
    stall: 4,
    hang: 4,
    crashBrowser: 2,
    deleteDatabase: rude.deletes ? 3 : 0,
    faults: rude.fails ? 8 : 0,
    workers: rude.breaks ? 5 : 0,
  });
  switch (kind) {
    case 'freeze':
    case 'cache':
    case 'stall':
    case 'hang':
      return { do: kind, page, ms };
    case 'crashBrowser':
      return draw.chance(0.3) ? { do: kind } : { do: kind, cut: draw.pick(CUT_MODES) };
    case 'faults': {
      const rate = draw.pick([0.01, 0.05, 0.3]);
      const rates = {
        refused: 0,
        lost: 0,
        hung: 0,
        full: 0,
        rotten: 0,
        unsynced: 0,
        [draw.pick(['refused', 'lost', 'full', 'unsynced'] as const)]: rate,
      };
      return { do: kind, rates, ms: draw.below(200) };
    }
    case 'workers':
      return { do: kind, fate: draw.pick(['broken', 'refused'] as const), ms: draw.below(100) };
    default:
      return { do: kind, page };
  }
}

/** Mostly one call comes right after the other. */
function paused(draw: Draw, step: CallStep): TabStep {
  return draw.chance(0.4) ? { ...step, waitMs: draw.skewed(0, MOST_PAUSE_MS) } : step;
}

function fated(draw: Draw, step: FateStep, steps: number): TabStep {
  return { ...step, waitMs: draw.skewed(0, (6 * MOST_PAUSE_MS * steps) / STEPS) };
}
