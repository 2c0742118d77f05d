// A file that is read and written at once: what the store needs of a `FileSystemSyncAccessHandle`, https://fs.spec.whatwg.org/#api-filesystemsyncaccesshandle.

import { StorageError } from '@varve/core';

export type BlockFile = Pick<FileSystemSyncAccessHandle, 'read' | 'write' | 'truncate' | 'getSize' | 'flush' | 'close'>;

/** Reads bytes at a position until the buffer is full or the file ends. Returns how many there were. */
export function readAt(file: BlockFile, into: Uint8Array<ArrayBuffer>, at: number): number {
  let done = 0;
  for (let more = -1; more !== 0 && done < into.length; done += more) more = file.read(into.subarray(done), { at: at + done });
  return done;
}

/** Writes all bytes, or throws. */
export function writeAt(file: BlockFile, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  for (let done = 0; done < bytes.length;) {
    const more = file.write(bytes.subarray(done), { at: at + done });
    // Browsers throw when the quota is reached; a disk that is full shows in this way only.
    if (more === 0) throw new StorageError('QUOTA', 'the device is full: free space, then open again');
    done += more;
  }
}
