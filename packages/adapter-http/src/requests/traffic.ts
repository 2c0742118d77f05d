// What was fetched so far.

/** Counts since the store was made. What the browser's own cache answers counts as well: a page is not told. */
export interface Traffic {
  readonly requests: number;
  /** Bytes of bodies, as they are when unpacked. */
  readonly bytes: number;
}
