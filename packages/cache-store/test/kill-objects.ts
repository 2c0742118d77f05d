// The remote objects that a process reads until it is killed: together more than its cache may keep.

export const OBJECTS = 12;
export const OBJECT_BYTES = 130_000;
export const PIECE_BYTES = 16_384;

export function contentOf(i: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(OBJECT_BYTES).map((_, at) => (at * 31 + (at >> 8) * 7 + i * 101) & 255);
}
