// Syncs of one file, shared. While one is under way those who come later wait for the next one together: it starts after all they have written, and
// one wait for the disk serves them all. After a failure every later sync fails: the system may have dropped what it could not write, and would
// report success the next time (https://wiki.postgresql.org/wiki/Fsync_Errors).

export class SharedSync {
  readonly #syncFile: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(syncFile: () => Promise<void>) {
    this.#syncFile = syncFile;
  }

  /** Fulfilled when a sync that began after this call is done. */
  sync(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#next) return this.#next;
    if (!this.#running) return this.#start();
    this.#next = this.#running.then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return this.#next;
  }

  /** Fulfilled when all syncs are done that were called so far. */
  settled(): Promise<void> {
    return this.#failure ? Promise.reject(this.#failure) : (this.pending ?? Promise.resolve());
  }

  /** Remembers a failure and returns the first one. */
  fail(error: Error): Error {
    return (this.#failure ??= error);
  }

  /** Throws when a sync has failed before. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** The last sync that is under way or waits; undefined when there is none. */
  get pending(): Promise<void> | undefined {
    return this.#next ?? this.#running;
  }

  #start(): Promise<void> {
    this.#running = this.#syncFile().then(
      () => {
        this.#running = undefined;
      },
      (error: Error) => {
        this.#running = undefined;
        throw this.fail(error);
      },
    );
    return this.#running;
  }
}
