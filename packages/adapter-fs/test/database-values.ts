// Values of the tests with processes: each tells whose it is, and follows from that to its last byte.

/** The value that `tag` writes as its n-th. */
export function valueAt(tag: string, n: number, length: number): Uint8Array {
  const head = new TextEncoder().encode(`${tag}/${n} `);
  const bytes = new Uint8Array(Math.max(length, head.length));
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.imul(i + n, 2654435761) >>> 24;
  bytes.set(head);
  return bytes;
}
