// Parts of an upload that go up in parallel, not too many at once: each is held in memory meanwhile.

export class PartsInFlight {
  readonly #limit: number;
  readonly #sending = new Set<Promise<void>>();
  #failure: Error | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins to send a part; waits only while there are many under way. Fails with the first part that has failed. */
  async add(send: () => Promise<void>): Promise<void> {
    const sending = send()
      .catch((error: unknown) => {
        this.#failure ??= error as Error;
      })
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
    while (this.#sending.size >= this.#limit) await Promise.race(this.#sending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** All are there. Fails with the first part that has failed. */
  async complete(): Promise<void> {
    await this.settle();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** None is under way any more, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.all(this.#sending);
  }
}
