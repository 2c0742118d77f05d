// A machine, as far as the network knows it: on its own it is cut off from the store for a while, and reached again. Processes on it go on, and know nothing.

/** What becomes of calls meanwhile. `silent`: each waits until the machine is reached again. `failing`: each ends with an error. `mixed`: now so, now so. */
export type CutOff = 'silent' | 'failing' | 'mixed';

export const CUT_OFFS: readonly CutOff[] = ['silent', 'failing', 'mixed'];

export class Machine {
  readonly number: number;
  /** It is reached when all of them are over. */
  readonly #cuts: { readonly manner: CutOff }[] = [];
  #waiting: (() => void)[] = [];

  constructor(number: number) {
    this.number = number;
  }

  /** How it is cut off; undefined: it is reached. */
  get cut(): CutOff | undefined {
    return this.#cuts[0]?.manner;
  }

  /** Cuts it off. Returns what ends that. */
  cutOff(manner: CutOff): () => void {
    const cut = { manner };
    this.#cuts.push(cut);
    return () => {
      const at = this.#cuts.indexOf(cut);
      if (at < 0) return;
      this.#cuts.splice(at, 1);
      this.#goOn();
    };
  }

  /** Ends all of it. */
  heal(): void {
    this.#cuts.length = 0;
    this.#goOn();
  }

  /** Calls back when the machine is reached again. */
  whenHealed(callback: () => void): void {
    this.#waiting.push(callback);
  }

  #goOn(): void {
    if (this.#cuts.length > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}
