// Giving a file its name: at once, whole, and only if nobody has it. `link` does that (https://man7.org/linux/man-pages/man2/link.2.html: it fails
// when the new name exists), and the name shows nothing but the finished file, whatever dies when.
//
// Some file systems have no hard links (exFAT, FAT, some network and phone file systems). There an object becomes a folder that holds the file:
// renaming a folder onto one that is not empty fails (https://man7.org/linux/man-pages/man2/rename.2.html), so that too has one winner and shows
// the whole file or nothing. Opening a plain file with O_EXCL would have one winner as well, but a half-written object after a power cut.

import { existsSync, fstatSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { codeOf } from './fs-errors.ts';
import { syncFolder } from './file-steps.ts';
import { FOLDED_FILE } from './object-paths.ts';
import { runNow } from './steps.ts';

/** Gives a file another name, which must be free. */
export type Link = (existing: string, name: string) => void;

const NO_HARD_LINKS = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** True when the error says that this file system makes no hard links, or not for us. */
export function isWithoutLinks(error: unknown): boolean {
  return NO_HARD_LINKS.has(codeOf(error) ?? '');
}

/**
 * Moves the written and synced file at `temporary` (open as `descriptor`) to `path`. True: it stands there now. False: the name is taken.
 * Nothing is left at `temporary` either way. The name lasts when its folder is synced.
 */
export function publish(descriptor: number, temporary: string, path: string, link: Link = linkSync): boolean {
  try {
    return linked(descriptor, temporary, path, link);
  } catch (error) {
    if (!isWithoutLinks(error)) throw error;
    return folded(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function linked(descriptor: number, temporary: string, path: string, link: Link): boolean {
  try {
    link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // A network file system may repeat a request whose answer was lost, and then finds our own file there.
    return isSameFile(descriptor, path);
  }
}

function folded(temporary: string, path: string): boolean {
  const folder = `${temporary}.d`;
  mkdirSync(folder);
  try {
    renameSync(temporary, `${folder}/${FOLDED_FILE}`);
    runNow(syncFolder(folder));
    renameSync(folder, path);
    return true;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (existsSync(path)) return false;
    throw error;
  }
}

function isSameFile(descriptor: number, path: string): boolean {
  const ours = fstatSync(descriptor, { bigint: true });
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return ours.ino === found?.ino && ours.dev === found.dev;
}

/** Where the bytes of a published path lie: there, or inside where it is a folder. */
export function fileOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? `${path}/${FOLDED_FILE}` : path;
}
