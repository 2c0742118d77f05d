// The other runtimes show that lives go the same way in them; the many are lived in Node.

const { versions } = process;

/** True in Node itself. */
export const isNode = versions['bun'] === undefined && versions['deno'] === undefined;
