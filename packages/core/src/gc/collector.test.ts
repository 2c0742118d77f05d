// What is deleted while a database is open: at its beginning what earlier writers left, then SSTs and manifests as they go out of use.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import { manifestName, metaName, parseManifestName, sstName } from '../format/object-names.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import { hostTurns } from '../scheduler/turn.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import { Sst } from '../sst/sst.ts';
import { EngineStats } from '../stats/engine-stats.ts';
import type { EngineEvent } from '../stats/events.ts';
import { failCall, type MemoryStoreOptions } from '../store/memory-handle.ts';
import { memoryStore } from '../store/memory-store.ts';
import type { EditJson } from '../version/manifest-format.ts';
import { SNAPSHOT_EVERY } from '../version/manifest.ts';
import { ObjectIds } from '../version/object-ids.ts';
import { manifestState, sstInfo, versionOf } from '../version/version-test-kit.ts';
import { Collector, type CollectorHost } from './collector.ts';
import { NOON, pinnedOf, pinObject } from './pinned-test-kit.ts';

const sst = (counter: number, term = 1): Sst => new Sst(sstInfo(counter, 0, 9, { id: { term, counter } }), { term, counter }, 64);

/** A collector and its surroundings, of which a test may change state and end. */
function setUp(options: MemoryStoreOptions = {}) {
  const store = memoryStore(options);
  const closed: string[] = [];
  const events: EngineEvent[] = [];
  const truncated: number[] = [];
  const host = {
    store,
    catalog: { openIds: [], closeObject: (name: string) => void closed.push(name) } as unknown as SstCatalog,
    scheduler: new Scheduler(hostTurns),
    stats: new EngineStats(),
    state: manifestState({ number: 1 }),
    ended: false as boolean,
    objectIds: new ObjectIds(),
    pinned: pinnedOf(store),
    retainMs: 0,
    now: () => NOON,
    clock: { now: () => NOON },
    tell: (event: EngineEvent) => void events.push(event),
  } satisfies CollectorHost;
  const put = (...names: string[]): void => {
    for (const name of names) store.sync.put(name, new Uint8Array(8));
  };
  return {
    host,
    closed,
    events,
    truncated,
    collector: new Collector(host, { truncate: (before) => void truncated.push(before) }),
    put,
    putSst: (each: Sst): void => put(each.dataName, each.metaName),
    left: (prefix = ''): string[] => store.sync.list(prefix).map(({ name }) => name),
    manifests: (): number[] => store.sync.list('manifest/').map(({ name }) => parseManifestName(name)!),
    commit(number: number): void {
      put(manifestName(number));
      host.state = { ...host.state, number };
    },
  };
}

describe('an SST that nobody needs any more', () => {
  it('is closed, deleted with both of its objects, counted and told', async () => {
    const { collector, host, closed, events, putSst, left } = setUp();
    const [old, other] = [sst(1), sst(2)];
    putSst(old);
    putSst(other);
    collector.discard(old);
    await host.scheduler.idle();
    expect(left()).toEqual([other.metaName, other.dataName]);
    expect(closed).toEqual([old.dataName, old.metaName]);
    expect(host.stats.deletedObjects).toBe(2);
    expect(events).toEqual([{ kind: 'garbage', objects: 2 }]);
  });

  it('goes with the others of its kind, also with those that come while the first are deleted', async () => {
    const { collector, host, putSst, left, events } = setUp();
    const ssts = [1, 2, 3].map((n) => sst(n));
    for (const each of ssts) putSst(each);
    collector.discard(ssts[0]);
    collector.discard(ssts[1]);
    host.tell = (event) => {
      if (events.push(event) === 1) collector.discard(ssts[2]);
    };
    await host.scheduler.idle();
    expect(left()).toEqual([]);
    expect(events).toEqual([
      { kind: 'garbage', objects: 4 },
      { kind: 'garbage', objects: 2 },
    ]);
  });

  it('stays once the database has ended: the next open collects it', async () => {
    const { collector, host, putSst, left } = setUp();
    putSst(sst(1));
    host.ended = true;
    collector.discard(sst(1));
    await host.scheduler.idle();
    expect(left()).toHaveLength(2);
  });

  it('that cannot be deleted is a warning, and is tried again with the next one', async () => {
    const { collector, host, putSst, left, events } = setUp({
      fault: failCall('delete', 1, 'before', new StorageError('UNAVAILABLE', 'the store is away')),
    });
    putSst(sst(1));
    putSst(sst(2));
    collector.discard(sst(1));
    await host.scheduler.idle();
    expect(events).toEqual([{ kind: 'warning', message: expect.stringContaining('the store is away') as string }]);
    expect(left()).toHaveLength(4);
    collector.discard(sst(2));
    await host.scheduler.idle();
    expect(left()).toEqual([]);
    expect(host.stats.deletedObjects).toBe(4);
  });

  it('that cannot be deleted because the database ends is no warning', async () => {
    const error = new StorageError('CLOSED', 'the store is closed');
    const options: MemoryStoreOptions = {};
    const { collector, host, putSst, events, left } = setUp(options);
    putSst(sst(1));
    options.fault = () => {
      host.ended = true;
      return { when: 'before', error };
    };
    collector.discard(sst(1));
    await host.scheduler.idle();
    options.fault = undefined;
    expect(left()).toHaveLength(2);
    expect(events).toEqual([]);
  });
});

describe('for readers elsewhere', () => {
  const MINUTE = 60_000;
  const retired = (counter: number, number: number, at: number) => ({ id: { term: 1, counter }, number, at });

  it('an SST stays while the floor is below the manifest that gave it up, and goes when that has risen', async () => {
    const { collector, host, putSst, left } = setUp();
    host.state = { ...host.state, number: 40, floor: 38, retired: [retired(1, 39, NOON)] };
    putSst(sst(1));
    putSst(sst(2));
    collector.discard(sst(1));
    collector.discard(sst(2));
    await host.scheduler.idle();
    expect(left()).toEqual([sst(1).metaName, sst(1).dataName]);
    host.state = { ...host.state, number: 41, floor: 39, retired: [] };
    collector.afterCommit();
    await host.scheduler.idle();
    expect(left()).toEqual([]);
  });

  it('the floor rises over what went out of use long enough ago, and at once where nothing is to be kept', () => {
    const { collector, host } = setUp();
    const edits: EditJson[] = [{ kind: 'ssts', removed: [], added: [] }];
    const state = { ...host.state, number: 40, retired: [retired(1, 36, NOON - 6 * MINUTE), retired(2, 39, NOON - 4 * MINUTE)] };
    expect(collector.floorWith([])).toBeUndefined();
    expect(collector.floorWith(edits)).toBe(2);
    host.state = state;
    expect(collector.floorWith([])).toBe(41);
    Object.assign(host, { retainMs: 5 * MINUTE });
    expect(collector.floorWith(edits)).toBe(36);
    Object.assign(host, { retainMs: 7 * MINUTE });
    expect(collector.floorWith(edits)).toBeUndefined();
  });

  it('a clock that was ahead does not keep everything until then', () => {
    const { collector, host } = setUp();
    const HOUR = 60 * MINUTE;
    let time = NOON;
    Object.assign(host, { retainMs: 5 * MINUTE, now: () => NOON + HOUR, clock: { now: () => time } });
    host.state = { ...host.state, number: 40, retired: [retired(1, 39, NOON + HOUR)] };
    expect(collector.floorWith([])).toBeUndefined();
    time += 5 * MINUTE - 1;
    expect(collector.floorWith([])).toBeUndefined();
    time++;
    expect(collector.floorWith([])).toBe(39);
  });

  it('an SST that is pinned stays, and is looked at again with the next that goes', async () => {
    const { collector, host, putSst, left } = setUp();
    const { object, bytes } = pinObject({ state: manifestState({ version: versionOf([[sstInfo(1, 0, 9)]]) }) });
    host.store.sync.put(object, bytes);
    for (const n of [1, 2, 3]) putSst(sst(n));
    collector.discard(sst(1));
    collector.discard(sst(2));
    await host.scheduler.idle();
    expect(left('sst/')).toHaveLength(4);
    host.store.sync.delete([object]);
    collector.discard(sst(3));
    await host.scheduler.idle();
    expect(left('sst/')).toEqual([]);
  });

  it('a pin that is damaged holds everything up, with a warning', async () => {
    const { collector, host, putSst, left, events } = setUp();
    const { object, bytes } = pinObject();
    bytes[40]! ^= 1;
    host.store.sync.put(object, bytes);
    putSst(sst(1));
    collector.discard(sst(1));
    await host.scheduler.idle();
    expect(left('sst/')).toHaveLength(2);
    expect(events).toEqual([{ kind: 'warning', message: expect.stringContaining(object) as string }]);
  });

  it('what a writer before kept for them is kept on', async () => {
    const { collector, host, putSst, left } = setUp();
    host.state = { ...host.state, number: 40, term: 3, version: versionOf([]), retired: [retired(1, 39, NOON)] };
    putSst(sst(1));
    putSst(sst(2));
    collector.begin();
    await host.scheduler.idle();
    expect(left('sst/')).toEqual([sst(1).metaName, sst(1).dataName]);
    host.state = { ...host.state, number: 41, floor: 39, retired: [] };
    collector.afterCommit();
    await host.scheduler.idle();
    expect(left('sst/')).toEqual([]);
  });
});

describe('segments of the log', () => {
  it('below the beginning that the manifest names go at open: who flushed may have died before its truncation', async () => {
    const { collector, host, truncated } = setUp();
    host.state = { ...host.state, logPosition: 7 };
    collector.begin();
    await host.scheduler.idle();
    expect(truncated).toEqual([7]);
  });
});

describe('manifests', () => {
  it('stay while a reader may be on its way down a chain of edits to the snapshot', async () => {
    const { collector, host, manifests, commit } = setUp();
    commit(1);
    collector.begin();
    for (let number = 1; number <= 5 * SNAPSHOT_EVERY; number++) {
      if (number > 1) commit(number);
      collector.afterCommit();
      await host.scheduler.idle();
      const left = manifests();
      // A reader that listed up to a whole stretch of manifests ago finds its chain: everything from the snapshot below.
      const listed = Math.max(1, number - SNAPSHOT_EVERY);
      const snapshot = Math.max(1, Math.floor(listed / SNAPSHOT_EVERY) * SNAPSHOT_EVERY);
      for (let needed = snapshot; needed <= number; needed++) expect(left).toContain(needed);
      expect(left.length).toBeLessThanOrEqual(2 * SNAPSHOT_EVERY);
    }
    expect(manifests()[0]).toBe(4 * SNAPSHOT_EVERY);
    expect(host.stats.deletedObjects).toBe(4 * SNAPSHOT_EVERY - 1);
  });

  it('are deleted one by one, ascending: a writer that was overtaken has to notice that its own is gone', async () => {
    const deletes: string[] = [];
    const options: MemoryStoreOptions = {};
    const { collector, host, put, commit } = setUp(options);
    commit(70);
    put(...[3, 15, 47].map(manifestName));
    options.fault = ({ operation, name }) => {
      if (operation === 'delete') deletes.push(name);
      return undefined;
    };
    collector.begin();
    collector.discard(sst(1));
    await host.scheduler.idle();
    expect(deletes).toEqual([...[3, 15, 47].map(manifestName), `${sst(1).dataName} ${sst(1).metaName}`]);
  });

  it('that cannot be deleted hold up those above them', async () => {
    const options: MemoryStoreOptions = {};
    const { collector, host, put, manifests, commit, events } = setUp(options);
    commit(70);
    put(...[3, 15, 47].map(manifestName));
    const error = new StorageError('UNAVAILABLE', 'the store is away');
    options.fault = ({ operation, name }) => (operation === 'delete' && name === manifestName(15) ? { when: 'before', error } : undefined);
    collector.begin();
    await host.scheduler.idle();
    expect(manifests()).toEqual([15, 47, 70]);
    expect(events.map(({ kind }) => kind)).toEqual(['garbage', 'warning']);
    options.fault = undefined;
    commit(71);
    collector.afterCommit();
    await host.scheduler.idle();
    expect(manifests()).toEqual([70, 71]);
  });

  it('below the chain are deleted at the beginning, whoever left them, and no others', async () => {
    const { collector, host, put, manifests, commit } = setUp();
    commit(70);
    put(...[3, 15, 47, 48, 49, 64, 69].map(manifestName));
    collector.begin();
    await host.scheduler.idle();
    expect(manifests()).toEqual([48, 49, 64, 69, 70]);
    collector.afterCommit();
    await host.scheduler.idle();
    expect(manifests()).toEqual([48, 49, 64, 69, 70]);
  });
});

describe('at the beginning', () => {
  it('what writers of earlier terms left is deleted, what the version names stays', async () => {
    const { collector, host, put, left } = setUp();
    host.state = manifestState();
    const needed = [...host.state.version.ssts()].flatMap(({ id }) => [metaName(id), sstName(id)]);
    put(...needed, sst(9, 2).dataName, sst(9, 2).metaName, sst(9, 3).dataName);
    collector.begin();
    await host.scheduler.idle();
    // Term 3 is at work, and its object 9 may be under way.
    expect(left('sst/').sort()).toEqual([...needed, sst(9, 3).dataName].sort());
  });

  it('a store that does not answer is a warning', async () => {
    const { collector, host, events } = setUp({
      fault: failCall('list', 1, 'before', new StorageError('UNAVAILABLE', 'the store is away')),
    });
    collector.begin();
    await host.scheduler.idle();
    expect(events.map(({ kind }) => kind)).toEqual(['warning']);
  });
});
