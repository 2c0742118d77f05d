// What stands behind an option of a command line: names of a list, and counts. Throws a TypeError with a hint for anything else.

/** Names that are separated by commas, each of them known. Undefined: the option was not given. */
export function chosen(option: string, value: string | undefined, known: readonly string[]): string[] | undefined {
  const names = value?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`--${option} has no ${unknown}: there are ${known.join(', ')}`);
  return names;
}

export function count(option: string, value: string): number {
  const number = Number(value.replaceAll('_', ''));
  if (!Number.isSafeInteger(number) || number < 1) throw new TypeError(`--${option} must be a positive integer, not ${value}`);
  return number;
}
