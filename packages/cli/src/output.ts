// What a command answers: one JSON value a line with --json, lines for people without.

/** The answer of one command. */
export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** Says the same thing in both ways; only one is made. */
  say(json: () => unknown, text: () => string | readonly string[]): void {
    if (this.json) process.stdout.write(`${toJson(json())}\n`);
    else process.stdout.write(`${[text()].flat().join('\n')}\n`);
  }
}

/** JSON with bigints as decimal strings: 64-bit numbers do not fit into JSON's. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
}
