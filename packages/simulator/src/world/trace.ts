// What happened in a life, as one number that any difference changes, and as text for who has to understand a failure.

const FNV_PRIME = 0x01000193;
const KEPT_LINES = 4000;

export class Trace {
  readonly #isKept: boolean;
  readonly #now: () => number;
  #hash = 0x811c9dc5;
  readonly #lines: string[] = [];

  constructor(now: () => number, isKept: boolean) {
    this.#now = now;
    this.#isKept = isKept;
  }

  /** Of all that was noted so far. */
  get digest(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  /** The last lines, if they are kept. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  note(what: string, ...numbers: readonly number[]): void {
    for (let i = 0; i < what.length; i++) this.#mix(what.charCodeAt(i));
    for (const number of numbers) this.#mix(number);
    this.#mix(this.#now() * 1000);
    if (this.#isKept) this.#keep(`${what} ${numbers.join(' ')}`);
  }

  #keep(line: string): void {
    if (this.#lines.length === KEPT_LINES) this.#lines.shift();
    this.#lines.push(`${this.#now().toFixed(2)} ${line}`);
  }

  /** For humans only. */
  tell(what: () => string): void {
    if (this.#isKept) this.#keep(what());
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#mix(byte);
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), FNV_PRIME);
    this.#hash ^= this.#hash >>> 15;
  }
}
