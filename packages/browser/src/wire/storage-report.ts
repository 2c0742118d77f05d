// What a worker knows of the storage that a database lives in.

/** Where a database lives, and how safe it is there. */
export interface StorageReport {
  /** `opfs`, `idb` or `memory`. */
  readonly backEnd: string;
  /** Bytes that the whole site uses, and may use, as far as the browser tells; both are estimates (https://storage.spec.whatwg.org/#usage-and-quota). */
  readonly usageBytes: number | undefined;
  readonly quotaBytes: number | undefined;
  /** The browser has promised to keep what the site stores. */
  readonly persisted: boolean;
  /**
   * The browser has deleted what was stored here: the database was found empty, although it had been opened before. Browsers delete all that a site has at once,
   * and then nothing is left that could tell; this is true where a person or a program deleted files and left the rest.
   */
  readonly evicted: boolean;
}
