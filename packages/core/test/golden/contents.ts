// What a golden database holds, in a file that people can read: one JSON value a line.
//
//   {"about": "what it is good for"}
//   {"space": name ("" is the database's own), "keys": codec, "values": codec}, then, in the order of the keys,
//   [key, value]       an entry (notation.ts)
//   {"gone": key}      a key that had been there, and is not

import type { Notation } from './notation.ts';

/** A key space and what is in it. */
export interface SpaceContents {
  readonly name: string;
  readonly keys: string;
  readonly values: string;
  readonly entries: readonly (readonly [Notation, Notation])[];
  readonly gone: readonly Notation[];
}

/** Key spaces in the order of their creation; the first is the database's own. */
export interface Contents {
  readonly about: string;
  readonly spaces: readonly SpaceContents[];
}

/** The file's text. */
export function writeContents({ about, spaces }: Contents): string {
  const lines: unknown[] = [{ about }];
  for (const { name, keys, values, entries, gone } of spaces) {
    lines.push({ space: name, keys, values }, ...entries, ...gone.map((key) => ({ gone: key })));
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

type Line = readonly [Notation, Notation] | { space: string; keys: string; values: string } | { gone: Notation };

/** Inverse of {@link writeContents}. */
export function readContents(text: string): Contents {
  const [head, ...lines] = text.trimEnd().split('\n');
  const spaces: (SpaceContents & { entries: (readonly [Notation, Notation])[]; gone: Notation[] })[] = [];
  for (const line of lines.map((one) => JSON.parse(one) as Line)) {
    if ('space' in line) {
      const { space, ...codecs } = line;
      spaces.push({ name: space, ...codecs, entries: [], gone: [] });
    } else if ('gone' in line) spaces.at(-1)!.gone.push(line.gone);
    else spaces.at(-1)!.entries.push(line);
  }
  return { ...(JSON.parse(head!) as { about: string }), spaces };
}
