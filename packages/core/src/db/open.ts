// Opening a database, in the order that keeps data (docs/PROTOCOL.md, rules 2, 5, 6):
// newest manifest -> claim the next term -> replay the log and make it durable -> fence it -> newest manifest again, still mine -> go.
// Against a service each of these waits for an answer, so what does not depend on another goes out beside it.

import { instantiate } from '@varve/wasm-kernels';
import type { Clock } from '../base/clock.ts';
import { fenced, StorageError } from '../base/errors.ts';
import { andThen, both, type MaybePromise } from '../base/maybe-promise.ts';
import type { Random } from '../base/random.ts';
import { randomHex } from '../base/hex.ts';
import { BlockCache } from '../cache/block-cache.ts';
import { Heap, type NewMemory } from '../heap/heap.ts';
import { io, runJob, settle, type Job } from '../scheduler/job.ts';
import type { Turns } from '../scheduler/turn.ts';
import { largestMetaBytes } from '../sst/arrived-metas.ts';
import { SstCatalog } from '../sst/catalog.ts';
import type { LogStore, SegmentInfo } from '../store/log-store.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { SstPlaces } from '../version/ancestors.ts';
import { snapshotToJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { createManifest, Manifest, readNewest, type ManifestParts } from '../version/manifest.ts';
import { Version } from '../version/version.ts';
import { LogWriter } from '../wal/log-writer.ts';
import { SegmentFormat, SEGMENT_HEADER_BYTES } from '../wal/segment-format.ts';
import { Arenas } from './arenas.ts';
import { checkAncestors } from './check-ancestors.ts';
import { claim, overtaken, stillMine } from './claim.ts';
import { Engine } from './engine.ts';
import { planMemory } from './memory-plan.ts';
import { recover, type Recovered } from './recovery.ts';
import { RETAINED_SEGMENTS } from './retained-segments.ts';
import type { Settings } from './settings.ts';

/** Everything that does work, as opposed to settings. */
export interface Components {
  readonly store: ObjectStore;
  readonly log: LogStore;
  readonly ancestors?: readonly ObjectStore[] | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly turns: Turns;
  readonly newMemory?: NewMemory | undefined;
  readonly waitUntil?: ((work: Promise<void>) => void) | undefined;
}

const LOCK_RETRY_MS = 50;
/** So many are flushed before `open` is done: programs that never come to their end would gather them without bounds. */
const MANY_SEGMENTS = 64;

/** Opens (or creates) the database in the store. */
export async function openEngine(components: Components, settings: Settings, signal?: AbortSignal): Promise<Engine> {
  const unlock = await lock(components, settings.takeover, signal);
  try {
    return await openLocked(components, settings, unlock);
  } catch (error) {
    // Whatever of this fails as well, the rest is given back, and the first failure is told.
    for (const step of [() => components.log.close(), unlock, () => components.store.close?.()]) {
      await (async () => step())().catch(() => undefined);
    }
    throw error;
  }
}

/** The courtesy lock: waiting is polite, safety is the manifest's. */
async function lock(
  { store, turns }: Components,
  takeover: Settings['takeover'],
  signal: AbortSignal | undefined,
): Promise<() => MaybePromise<void>> {
  const nothing = (): void => undefined;
  if (store.lock === undefined) return nothing;
  for (;;) {
    signal?.throwIfAborted();
    const release = await store.lock({ takeOver: takeover === 'now' });
    if (release !== undefined) return release;
    if (takeover === 'now') return nothing;
    if (takeover === 'fail') {
      const holder = await store.lockHolder?.();
      const who = holder === undefined ? '' : ` (${holder})`;
      throw new StorageError('LOCKED', `another writer has this database open${who}: close it, or open with takeover: 'wait' or 'now'`);
    }
    await turns.sleep(LOCK_RETRY_MS);
  }
}

async function openLocked(
  { store, log, ancestors = [], clock, random, turns, newMemory, waitUntil }: Components,
  settings: Settings,
  unlock: () => MaybePromise<void>,
): Promise<Engine> {
  const plan = planMemory(settings.memoryBudgetBytes);
  const heap = new Heap(settings.memoryBudgetBytes, newMemory);
  const kernels = instantiate(heap.memory);
  const manifests: ManifestParts = { heap, kernels, store, newNonce: () => randomHex(random, 16) };
  const [, [seen, newest]] = await both(store.prepare?.(), readPlace(manifests, log));
  const manifest = new Manifest(manifests, newest ?? (await runJob(create(manifests, log, random, clock))));
  checkLog(manifest.state, log);
  await checkAncestors(manifest.state, store, ancestors);
  const lookAgain = (): Promise<void> => runJob(stillMine(manifests, manifest.state));
  // When this is done nothing is acknowledged any more by whoever was there before, and what was is read below.
  const taken = await claim({ manifest, log, look: lookAgain, seen });

  const segments = new SegmentFormat(heap, kernels);
  const arenas = new Arenas(heap, kernels, plan.memtableBytes);
  const recovery = recover({ heap, kernels, log, segments, memtableBytes: plan.memtableBytes }, manifest.state, taken);
  let recovered: Recovered | undefined;
  try {
    recovered = await runJob(recovery);
    // Whatever is acknowledged from now on stands on it.
    if (recovered.unsynced.length > 0) await log.makeDurable(recovered.unsynced);
  } finally {
    // What looks like damage may be the work of a writer who took over meanwhile. And who was overtaken begins no segment: the owner needs its number. Where
    // segments were taken a look went out beside that: another one only if a replay has taken time, or failed.
    if (taken === undefined || recovered?.entries !== 0) await lookAgain();
  }
  const logWriter = new LogWriter(log);
  const active = await startSegment({ heap, arenas, segments, logWriter }, manifest.state, recovered);
  await lookAgain();
  if (manifest.state.logPosition === 0) await beginLog(manifest, log, logWriter.segment);

  arenas.adopt(recovered.memtables.length);
  // A recovery of many full segments leaves less for the cache until the next open: flushing them takes a merge, and reads go on meanwhile.
  const cacheBytes = Math.min(plan.cacheBytes, heap.largestFreeBytes - plan.mergeBytes - plan.restBytes);
  const cache = new BlockCache(heap, settings.blockSizeBytes, cacheBytes, plan.largeBlockBytes);
  const catalog: SstCatalog = new SstCatalog({
    heap,
    cache,
    kernels,
    store,
    readingBytes: plan.largeBlockBytes,
    places: new SstPlaces(manifest.state, store, ancestors),
    metaBytes: plan.restBytes,
    largestMetaBytes: largestMetaBytes(store),
    onGarbage: (sst) => engine.maintenance.collector.discard(sst),
    explain: () => andThen(manifest.isOvertaken(), (overtaken) => (overtaken ? fenced() : undefined)),
  });
  const ssts = [...manifest.state.version.ssts()].map((info) => catalog.open(info));
  const engine: Engine = new Engine(
    { heap, kernels, cache, catalog, store, log, logWriter, segments, settings, plan, clock, turns, waitUntil, manifest, arenas, unlock },
    ssts,
    recovered.memtables,
    active,
  );
  afterOpen(engine, recovered);
  // If it fails that was told, and the log has it all.
  if (recovered.segments > MANY_SEGMENTS) await engine.maintenance.flusher.begin()?.done.catch(() => undefined);
  return engine;
}

/**
 * What is there: the segments that can be taken, and the newest state. Segments come before manifests: then none of them is of a writer whose manifest comes
 * after those that are read.
 */
async function readPlace(manifests: ManifestParts, log: LogStore): Promise<[SegmentInfo[] | undefined, ManifestState | undefined]> {
  const seen = log.takeSegments === undefined ? undefined : await log.segments();
  return [seen, await runJob(readNewest(manifests))];
}

/** A database is created only under an empty prefix: data without a manifest is a damaged database, never a new one. */
function* create(parts: ManifestParts, log: LogStore, random: Random, clock: Clock): Job<ManifestState> {
  const objects = yield* io(parts.store, (store) => store.list(''));
  const segments = yield* settle(log.segments());
  const found = objects[0]?.name ?? (segments.length > 0 ? `log segment ${segments[0].number}` : undefined);
  if (found !== undefined) {
    // Somebody else has created it since the manifests were looked for.
    if ((yield* readNewest(parts)) !== undefined) throw overtaken();
    throw new StorageError('CORRUPTION', 'there is data but no manifest: restore it from a backup, or open an empty place', {
      object: found,
    });
  }
  const state: ManifestState = {
    number: 1,
    term: 0,
    nonce: parts.newNonce(),
    parentNonce: '',
    database: randomHex(random, 16),
    ancestors: [],
    claims: [],
    log: { kind: log.kind, uuid: randomHex(random, 16) },
    logPosition: 0,
    flushedEpoch: 0n,
    safeEpoch: 0n,
    pendingFrom: 1,
    nextObject: 1,
    floor: 0,
    retired: [],
    now: clock.now(),
    keySpaces: [],
    nextKeySpace: 1,
    version: Version.empty,
  };
  yield* createManifest(parts, state, snapshotToJson(state));
  return state;
}

function checkLog({ log: { kind } }: ManifestState, log: LogStore): void {
  if (kind === '' || kind === log.kind) return;
  throw new StorageError('UNSUPPORTED', `this database has another log: open it with log kind=${kind}, not kind=${log.kind}`);
}

/** From the first manifest that names a segment on, a log that is missing is a damaged database. */
async function beginLog(manifest: Manifest, log: LogStore, segment: number): Promise<void> {
  await log.makeDurable([segment]);
  const { kind } = manifest.state.log;
  await runJob(manifest.commit([{ kind: 'log', position: String(segment), log: kind === '' ? log.kind : undefined }]));
}

/** The first segment of the term begins with its fence: where the segments of earlier terms end. */
async function startSegment(
  { heap, arenas, segments, logWriter }: { heap: Heap; arenas: Arenas; segments: SegmentFormat; logWriter: LogWriter },
  { database, log, term }: ManifestState,
  { fence, nextSegment }: Recovered,
): Promise<ConstructorParameters<typeof Engine>[3]> {
  let segment = nextSegment;
  // An overtaken writer may have begun a segment meanwhile: the fence does not name it, so it is void.
  while (!(await logWriter.begin(segment, arenas.segmentBytes))) segment++;
  const memtable = arenas.take(segment);
  const at = memtable.arena;
  const seed = segments.writeHeader(at, { database, log: log.uuid, term, segment, previousEnd: 0, previousSynced: 0 });
  const fenceBytes = segments.writeFence(at + SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES, seed, term, fence);
  memtable.tail = at + SEGMENT_HEADER_BYTES + fenceBytes;
  await logWriter.append(heap.bytes.subarray(at, memtable.tail));
  return { memtable, seed, appended: memtable.tail };
}

function afterOpen(engine: Engine, recovered: Recovered): void {
  if (recovered.entries > 0) engine.tell({ kind: 'recovered', segments: recovered.segments, entries: recovered.entries });
  const large = recovered.memtables.length > 1 || recovered.memtables.some((memtable) => memtable.fill > 0.25);
  if (large || recovered.segments > RETAINED_SEGMENTS) engine.maintenance.flusher.begin();
  engine.maintenance.collector.begin();
  engine.maintenance.compactor.start();
}
