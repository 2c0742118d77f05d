// What of a Durable Object's storage is used. `DurableObjectStorage` of Cloudflare's types is one, whichever package or program they come from.
// https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/

/** What SQLite gives. Blobs come as copies. */
export type SqlValue = ArrayBuffer | string | number | null;

/** Rows of an answer. They are read at once: anything else that is executed ends them. */
export interface SqlRows {
  raw(): Iterable<SqlValue[]>;
  readonly rowsWritten: number;
}

/** SQLite of a Durable Object. */
export interface Sql {
  /** What is given is copied before this returns. */
  exec(query: string, ...values: unknown[]): SqlRows;
}

/** `ctx.storage` of a Durable Object whose class has SQLite (`new_sqlite_classes`). */
export interface ObjectStorage {
  readonly sql: Sql;
  /** All of it, or nothing where it throws. */
  transactionSync<T>(work: () => T): T;
  /** Everything written before is confirmed once this is fulfilled. */
  sync(): Promise<void>;
}

/** Throws unless this is the storage of an object that has SQLite. */
export function checkStorage(caller: string, storage: ObjectStorage): void {
  if (typeof storage === 'object' && storage !== null && typeof storage.transactionSync === 'function') {
    // Objects of the old kind have the property, and throw.
    try {
      if (typeof storage.sql.exec === 'function') return;
    } catch (cause) {
      throw new TypeError(`${caller} needs a Durable Object with SQLite: list its class in new_sqlite_classes`, { cause });
    }
  }
  throw new TypeError(`${caller} takes the storage of a Durable Object: ctx.storage`);
}
