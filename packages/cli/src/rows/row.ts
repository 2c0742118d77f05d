// What an import reads, whatever the file looks like.

/** One key and value, not yet in the form of the key space's codecs. */
export interface Row {
  readonly key: unknown;
  readonly value: unknown;
  /** Of the file, from 1: for messages. */
  readonly line: number;
}

/** Some rows, how many bytes of the input have been read for them, and what ended them early. */
export interface Rows {
  readonly rows: readonly Row[];
  readonly bytes: number;
  /** The first mistake behind these rows; nothing follows. */
  readonly mistake?: string;
}
