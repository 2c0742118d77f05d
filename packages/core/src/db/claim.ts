// Claiming a database: the manifest with the next term, and the end of what was acknowledged before (docs/PROTOCOL.md, rules 1, 2 and 4).

import { StorageError } from '../base/errors.ts';
import { both } from '../base/maybe-promise.ts';
import { runJob, type Job } from '../scheduler/job.ts';
import type { LogStore, SegmentInfo } from '../store/log-store.ts';
import type { EditJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { isNewest, type Manifest, type ManifestParts } from '../version/manifest.ts';

const CLAIM: readonly EditJson[] = [{ kind: 'claim' }];

/** What a claim needs. */
export interface ClaimParts {
  readonly manifest: Manifest;
  readonly log: LogStore;
  /** Throws `FENCED` when the claim is not the newest manifest. */
  readonly look: () => Promise<void>;
  /** The segments that were there before manifests were read, where segments are taken. */
  readonly seen: readonly SegmentInfo[] | undefined;
}

/** When it is done nobody acknowledges anything in an earlier term. Returns the segments of the log, where it has seen them. */
export async function claim({ manifest, log, look, seen }: ClaimParts): Promise<readonly SegmentInfo[] | undefined> {
  const term = manifest.state.term + 1;
  if (log.takeSegments === undefined) {
    await runJob(manifest.commit(CLAIM, term));
    log.claim?.(term);
    return undefined;
  }
  await runJob(manifest.commitBeforeLook(CLAIM, term));
  // Those that were seen are of writers whose manifests were read: they may be taken before it is known whether somebody has come later.
  const [, segments] = await both(look(), log.takeSegments(manifest.state.logPosition, look, seen));
  return segments;
}

/** Throws `FENCED` when another manifest than that of `state` is the newest. */
export function* stillMine(parts: ManifestParts, state: ManifestState): Job<void> {
  if (!(yield* isNewest(parts, state))) throw overtaken();
}

/** For whoever has no handle yet. */
export function overtaken(): StorageError {
  return new StorageError('FENCED', 'another writer took this database over while it was being opened: open again');
}
