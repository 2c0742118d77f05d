// Object names and paths. A name is the path below the store's directory. What belongs to the adapter itself (temporary files, locks, spare log
// files) carries an underscore, which no object name can.
//
//   <directory>/<name>            an object: a file that holds its bytes
//   <directory>/<name>/_object    the same, on file systems without hard links (see publish.ts)
//   <directory>/_tmp/...          files that are being written (see temporary-files.ts)
//   <directory>/_lock/<n>         the courtesy lock (see directory-lock.ts)

/** The folder in which files are written before they get their names. */
export const TEMPORARY_FOLDER = '_tmp';
/** The folder of the courtesy lock. */
export const LOCK_FOLDER = '_lock';
/** The file that holds an object's bytes where the object is a folder. */
export const FOLDED_FILE = '_object';

const NAME = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[a-z0-9.-]+(?:\/[a-z0-9.-]+)*$/;

/** The path of an object. A name that is none is a TypeError: nothing outside of the directory can be named. */
export function objectPath(directory: string, name: string): string {
  if (!NAME.test(name)) throw new TypeError(`an object name is made of [a-z0-9.-] parts between slashes, not ${JSON.stringify(name)}`);
  return `${directory}/${name}`;
}

/** The folder that a path stands in. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
