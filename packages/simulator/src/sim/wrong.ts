// What a simulation is looking for.

/** A promise was broken: a wrong answer, a lost write, an error that must not be, something left over. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}

export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Wrong(message);
}
