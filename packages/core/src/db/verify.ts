// Reads every stored byte again and checks it: manifests, heads, partitions and blocks of every SST, and the order and bounds of what they say.

import { PARTITION_COUNT, PARTITION_DATA_END, PARTITION_HEADER_BYTES, SLOT_BYTES } from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import { MANIFEST_PREFIX, parseManifestName } from '../format/object-names.ts';
import { nextTurn } from '../scheduler/turn.ts';
import type { Sst } from '../sst/sst.ts';
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
        await new Promise<void>((resolve) => nextTurn(resolve));
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
  const { heap, kernels } = engine.parts;
  const { u32 } = heap;
  for (let i = 0; i < sst.partitionCount(u32); i++) {
    const place = sst.partitionPlace(u32, i);
    await attempt(problems, async () => {
      const partition = heap.allocate(place.length, 'a partition to verify');
      try {
        await engine.catalog.readMeta(sst, place.offset, place.length, partition);
        const { term, counter } = sst.info.id;
        if (kernels.partitionCheck(partition, place.length, term, counter, place.offset - sst.info.headBytes) === 0) {
          throw new StorageError('CORRUPTION', 'partition of an SST is damaged', { object: sst.metaName, offset: place.offset });
        }
        count.bytes += place.length;
        await verifyBlocks(engine, sst, partition, count, problems);
      } finally {
        heap.release(partition);
      }
    });
  }
}

async function verifyBlocks(engine: Engine, sst: Sst, partition: number, count: { blocks: number; bytes: number }, problems: Problem[]): Promise<void> {
  const { u32 } = engine.parts.heap;
  const blocks = u32[(partition + PARTITION_COUNT) >>> 2];
  const slots = partition + PARTITION_HEADER_BYTES + blocks * 8;
  for (let i = 0; i < blocks; i++) {
    const offset = u32[(slots + i * SLOT_BYTES) >>> 2];
    const end = i + 1 < blocks ? u32[(slots + (i + 1) * SLOT_BYTES) >>> 2] : u32[(partition + PARTITION_DATA_END) >>> 2];
    await attempt(problems, () => verifyBlock(engine, sst, offset, end - offset));
    count.blocks++;
    count.bytes += end - offset;
  }
}

async function verifyBlock(engine: Engine, sst: Sst, offset: number, length: number): Promise<void> {
  const { heap, kernels } = engine.parts;
  const stored = heap.allocate(length, 'a block to verify');
  const payload = heap.tryAllocate(sst.info.longestBlock);
  try {
    await engine.catalog.readData(sst, offset, length, stored);
    const { term, counter } = sst.info.id;
    if (payload === 0 || kernels.blockLoad(stored, length, term, counter, offset, payload, sst.info.longestBlock) <= 0) {
      throw new StorageError('CORRUPTION', 'block of an SST is damaged', { object: sst.dataName, offset });
    }
  } finally {
    heap.release(stored);
    if (payload !== 0) heap.release(payload);
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
