// Where the byte strings with a common prefix end.

/** The smallest byte string above all that begin with `prefix`, or undefined when there is none (nothing but ff). */
export function prefixSuccessor(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const successor = prefix.slice(0, length);
  successor[length - 1]++;
  return successor;
}
