// The manifest of a copy, in a term that is not below another.

import { kernelRoom } from '../heap/kernel-room.ts';
import { decodeManifest, encodeManifest } from '../version/manifest.ts';

/** Headers, and what records lose to rounding. */
const SLACK_BYTES = 4096;

/** The bytes of manifest 1, unchanged when its term is no lower. Throws `CORRUPTION` when they are no manifest. */
export function withLeastTerm(manifest: Uint8Array, term: number): Uint8Array {
  const room = kernelRoom(4 * manifest.length + SLACK_BYTES);
  const json = decodeManifest(room, 1, manifest);
  if (!('levels' in json) || Number(json.term) >= term) return manifest;
  return encodeManifest(room, 1, { ...json, term: String(term) });
}
