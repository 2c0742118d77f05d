// Names of databases: what locks, channels, folders and records are called by.

/** Throws a TypeError unless a database may be called so. What else a name might have, such as a colon or a tilde, we put behind it ourselves. */
export function checkName(name: string): void {
  if (typeof name === 'string' && /^[\w.-]{1,100}$/.test(name)) return;
  throw new TypeError(`the name of a database is 1 to 100 of the characters a-z A-Z 0-9 _ . -, not ${JSON.stringify(name)}`);
}
