// Reads every stored byte again and checks it: manifests, heads, partitions and blocks of every SST, and the order and bounds of what they say.

import { StorageError } from '../base/errors.ts';
import { MANIFEST_PREFIX, parseManifestName } from '../format/object-names.ts';
import { blockCount, blockOffset } from '../format/partition.ts';
import type { Sst, Stretch } from '../sst/sst.ts';
import { decodeManifest } from '../version/manifest.ts';
import type { Engine } from './engine.ts';

/** One thing that is wrong. */
export interface Problem {
  readonly object: string;
  readonly offset: number | undefined;
  readonly message: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly ssts: number;
  readonly blocks: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

export async function verifyEngine(engine: Engine): Promise<VerifyReport> {
  const problems: Problem[] = [];
  const count = { ssts: 0, blocks: 0, bytes: 0 };
  const view = engine.view.pin();
  try {
    await attempt(problems, () => verifyManifests(engine));
    for (const run of view.runs) {
      for (const sst of run) {
        count.ssts++;
        await verifySst(engine, sst, count, problems);
        await new Promise<void>((resolve) => engine.parts.turns.next(resolve));
      }
    }
  } finally {
    view.unpin();
  }
  return { ok: problems.length === 0, ...count, problems };
}

async function verifyManifests({ parts }: Engine): Promise<void> {
  for (const { name } of await parts.store.list(MANIFEST_PREFIX)) {
    const n = parseManifestName(name);
    const bytes = n === undefined ? undefined : await parts.store.get(name);
    if (n !== undefined && bytes !== undefined) decodeManifest(parts, n, bytes);
  }
}

async function verifySst(engine: Engine, sst: Sst, count: { blocks: number; bytes: number }, problems: Problem[]): Promise<void> {
  const { heap } = engine.parts;
  const { u32 } = heap;
  await attempt(problems, async () => engine.catalog.checkHead(sst));
  // Without it nobody knows where the rest is.
  if (!sst.hasHead) return;
  for (let i = 0; i < sst.partitionCount(u32); i++) {
    const place = sst.partitionPlace(u32, i);
    await attempt(problems, async () => {
      const partition = await allocate(engine, place.length, 'a partition to verify');
      try {
        await engine.catalog.readMeta(sst, place.offset, place.length, partition);
        engine.catalog.checkPartition(sst, place, partition);
        count.bytes += place.length;
        await verifyBlocks(engine, sst, partition, count, problems);
      } finally {
        heap.release(partition);
      }
    });
  }
}

async function verifyBlocks(
  engine: Engine,
  sst: Sst,
  partition: number,
  count: { blocks: number; bytes: number },
  problems: Problem[],
): Promise<void> {
  const { u32 } = engine.parts.heap;
  for (let i = 0; i < blockCount(u32, partition); i++) {
    const offset = blockOffset(u32, partition, i);
    const length = blockOffset(u32, partition, i + 1) - offset;
    await attempt(problems, () => verifyBlock(engine, sst, { offset, length }));
    count.blocks++;
    count.bytes += length;
  }
}

async function verifyBlock(engine: Engine, sst: Sst, place: Stretch): Promise<void> {
  const { catalog, parts } = engine;
  const { longestBlock } = sst.info;
  const payload = await allocate(engine, longestBlock + 64 + place.length, 'a block to verify');
  const stored = (payload + longestBlock + 63) & ~63;
  try {
    await catalog.readData(sst, place.offset, place.length, stored);
    catalog.unpackBlock(sst, place, stored, payload, longestBlock);
  } finally {
    parts.heap.release(payload);
  }
}

/** Waits while merges hold the memory. */
async function allocate({ mergeParts: { heap, room } }: Engine, bytes: number, purpose: string): Promise<number> {
  for (;;) {
    const address = heap.tryAllocate(bytes);
    if (address !== 0) return address;
    if ((await room.free()) === false) return heap.allocate(bytes, purpose);
  }
}

/** Damage is noted and the rest still checked; other failures end the run. */
async function attempt(problems: Problem[], check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'CORRUPTION') throw error;
    problems.push({ object: error.object ?? 'unknown', offset: error.offset, message: error.message });
  }
}
