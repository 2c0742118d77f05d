// An object that is being written: bytes go to room that nobody names yet; `finish` makes them durable, then their name.

import { StorageError, type SyncWriterOperations } from '@varve/core';
import { trim, type Extent } from './extents.ts';
import { naming } from './opfs-errors.ts';
import type { OpfsHome } from './opfs-home.ts';
import { roomOf } from './volume.ts';

/** An object of which more comes than was announced gets room in pieces of this size, at least. */
const MORE_BYTES = 256 * 1024;

export function objectWriter(home: OpfsHome, name: string, sizeHint: number): SyncWriterOperations {
  const extents: Extent[] = [];
  let size = 0;
  let isOver = false;
  const giveBack = (): void => {
    isOver = true;
    home.catalog.data.giveBack(extents.splice(0));
  };
  const isNamed = (): boolean => {
    const named = home.catalog.objects.get(name);
    return named !== undefined && named.extents[0]?.offset === extents[0]?.offset;
  };
  /** What could not be written takes no room. */
  const guarded = (work: () => void): void => {
    if (isOver) return;
    try {
      naming(name, work);
    } catch (error) {
      if (!isOver && !isNamed()) giveBack();
      isOver = true;
      throw error;
    }
  };
  return {
    append: (bytes, position) =>
      guarded(() => {
        const { data } = home.catalog;
        const end = position + bytes.length;
        if (extents.length === 0) extents.push(data.take(Math.max(sizeHint, end)));
        const missing = end - roomOf(extents);
        if (missing > 0) extents.push(data.take(Math.max(missing, MORE_BYTES)));
        data.write(extents, bytes as Uint8Array<ArrayBuffer>, position);
        size = Math.max(size, end);
      }),
    finish: () =>
      guarded(() => {
        const { catalog } = home;
        if (catalog.objects.has(name)) throw new StorageError('CONFLICT', 'an object of this name is there', { object: name });
        if (size > 0) catalog.durably(() => catalog.data.file.flush());
        catalog.data.giveBack(trim(extents, size));
        // Given back below, unless the journal has it.
        catalog.addObject(name, { size, extents: [...extents] });
        isOver = true;
      }),
    abort: () => {
      if (!isOver) giveBack();
    },
  };
}
