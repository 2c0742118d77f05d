// For tests: a FinalizationRegistry that is told what was collected, since a garbage collector comes when it likes.

/** Stub the global with it before what registers is made. `last` is the one that was made last. */
export class ToldRegistry<T> {
  static last: ToldRegistry<never> | undefined;
  readonly #told: (held: T) => void;
  readonly #cells = new Map<object, { held: T; token: unknown }>();

  constructor(told: (held: T) => void) {
    this.#told = told;
    ToldRegistry.last = this as unknown as ToldRegistry<never>;
  }

  register(owner: object, held: T, token?: unknown): void {
    if (Object.is(owner, held)) throw new TypeError('an owner that is held is never found');
    this.#cells.set(owner, { held, token });
  }

  unregister(token: unknown): boolean {
    for (const [owner, cell] of this.#cells) if (cell.token === token) return this.#cells.delete(owner);
    return false;
  }

  /** The owner was collected. */
  collect(owner: object): void {
    const cell = this.#cells.get(owner);
    this.#cells.delete(owner);
    if (cell !== undefined) this.#told(cell.held);
  }
}
