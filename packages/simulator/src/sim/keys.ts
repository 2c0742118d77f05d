// Keys of a life, by their numbers: short ones, ones that share long beginnings, and their neighbours.

/** The key of a number; numbers and keys have the same order. */
export function keyText(number: number): string {
  const digits = String(number).padStart(5, '0');
  return number % 3 === 0 ? `k${digits}` : `k${digits}/${'shared'.repeat(number % 5)}`;
}
