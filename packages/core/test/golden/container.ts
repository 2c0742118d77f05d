// All objects and log segments of a database in one text file, so that a difference between two of them can be seen:
//
//   # what follows, for people
//   <name of the object or segment> <bytes>
//     <base64 of its next 90 bytes>
//
// Stretches of 90 bytes that are all zeros, such as what a log reserves, are counted: `  0 x <how many>`.

import { base64Decode, base64Encode } from '../../src/base/base64.ts';
import type { Image } from '../rot/image.ts';

const LINE_BYTES = 90;
const ZEROS = '  0 x ';

/** The file's text. */
export function writeContainer(image: Image, about: string): string {
  const lines = [`# ${about}`];
  for (const [name, bytes] of image) {
    lines.push(`${name} ${bytes.length}`);
    let zeros = 0;
    const endZeros = (): void => {
      if (zeros > 0) lines.push(`${ZEROS}${zeros}`);
      zeros = 0;
    };
    for (let at = 0; at < bytes.length; at += LINE_BYTES) {
      const stretch = bytes.subarray(at, at + LINE_BYTES);
      if (stretch.length === LINE_BYTES && stretch.every((byte) => byte === 0)) zeros++;
      else {
        endZeros();
        lines.push(`  ${base64Encode(stretch)}`);
      }
    }
    endZeros();
  }
  return `${lines.join('\n')}\n`;
}

/** Inverse of {@link writeContainer}. Throws when an object is not as long as its line says. */
export function readContainer(text: string): Image {
  const image = new Map<string, Uint8Array>();
  let at = 0;
  let open = new Uint8Array(0);
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('#')) continue;
    if (line.startsWith(ZEROS)) at += Number(line.slice(ZEROS.length)) * LINE_BYTES;
    else if (line.startsWith(' ')) {
      const stretch = base64Decode(line.trim());
      open.set(stretch, at);
      at += stretch.length;
    } else {
      if (at !== open.length) throw new Error(`golden file has an object that ends too early in front of ${line}`);
      const [name, length] = line.split(' ');
      open = new Uint8Array(Number(length));
      at = 0;
      image.set(name!, open);
    }
  }
  if (at !== open.length) throw new Error('golden file ends too early');
  return image;
}
