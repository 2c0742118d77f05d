// A mistake that somebody could make, planted to see that the tests would notice: one place of the source says something else.

import type { RareLife } from '../../src/sim/rare-lives.ts';

/** Lives of the simulator from a seed on, with somebody who only reads beside them (manifests, or the log), with compactors beside them, with clones of
 * them, with machines that are cut off, lives of tabs from a seed on, rare lives of one kind (from a seed on), a power cut at each call of the fixed script, or a
 * test file. */
export type CaughtBy =
  | { readonly from: number }
  | { readonly followed: number }
  | { readonly followedLog: number }
  | { readonly merged: number }
  | { readonly cloned: number }
  | { readonly partitioned: number }
  | { readonly tabs: number }
  | { readonly rare: RareLife; readonly from?: number }
  | 'power cuts'
  | { readonly test: string };

export interface PlantedBug {
  /** Used once, for command lines. */
  readonly name: string;
  /** The rule of docs/PROTOCOL.md that does not hold any more. */
  readonly rule?: number;
  /** What the mistake is, as a sentence for docs/TESTING.md. */
  readonly mistake: string;
  /** From the workspace's root. */
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: CaughtBy;
}

/** The source with the bug in it. Throws when the place is not there any more, or twice: then the list is to be mended. */
export function plantInto(source: string, { name, file, find, replace }: PlantedBug): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`planted bug ${name}: its place stands ${parts.length - 1} times in ${file}`);
  return parts.join(replace);
}
