// The four files of a database, each open for one owner alone: nobody else can open them until they are closed, or their tab or worker is gone.
//
//   <folder>/objects          bytes of objects (volume.ts)
//   <folder>/log              bytes of log segments
//   <folder>/names-0, -1      which there are, and where (journal.ts)

import { StorageError } from '@varve/core';
import type { BlockFile } from './block-file.ts';
import { NO_SYNC } from './opfs-errors.ts';

export interface OpfsFiles {
  readonly objects: BlockFile;
  readonly log: BlockFile;
  readonly names: readonly [BlockFile, BlockFile];
}

/** Opens the files of a folder, or nothing: undefined when somebody else has one of them open. */
export type OpenFiles = () => Promise<OpfsFiles | undefined>;

const NAMES = ['objects', 'log', 'names-0', 'names-1'] as const;

/** Opens files in a folder of the origin private file system. A path begins at its root. */
export function openerOf(folder: string | FileSystemDirectoryHandle): OpenFiles {
  return async () => {
    const directory = typeof folder === 'string' ? await makeFolder(folder) : folder;
    const opened: BlockFile[] = [];
    try {
      for (const name of NAMES) {
        const file = await directory.getFileHandle(name, { create: true });
        if (file.createSyncAccessHandle === undefined) throw new StorageError('UNSUPPORTED', NO_SYNC);
        opened.push(await file.createSyncAccessHandle());
      }
    } catch (error) {
      for (const file of opened) file.close();
      if (error instanceof DOMException && error.name === 'NoModificationAllowedError') return undefined;
      throw error;
    }
    const [objects, log, first, second] = opened;
    return { objects, log, names: [first, second] };
  };
}

async function makeFolder(path: string): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const part of path.split('/')) if (part !== '') folder = await folder.getDirectoryHandle(part, { create: true });
  return folder;
}

export function closeFiles({ objects, log, names }: OpfsFiles): void {
  for (const file of [objects, log, ...names]) file.close();
}
