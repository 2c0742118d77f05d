// A database as a file that the page saves. The worker reads the objects, the page packs them.

import { archiveImage, type ArchivedImage, type ArchiveOptions } from '@varve/archive';
import type { RemoteDatabase } from '../client/remote-database.ts';
import { Call } from '../wire/protocol.ts';

/**
 * The database in one file, as it is when the file is begun to be read, which `varve` on the command line opens and {@link importDatabase} brings back. Every tab
 * goes on writing meanwhile, and nothing of that is in it. The stream ends with a StorageError: `EXPIRED` when the tab that has the database open goes
 * (begin again), `CLOSED` when the database is let go of.
 *
 * @example
 * import { openDatabase } from '@varve/browser';
 * import { exportDatabase } from '@varve/browser/archive';
 *
 * // For a link with `download`.
 * export async function fileUrl(): Promise<string> {
 *   const file = await new Response(exportDatabase(openDatabase('app'))).blob();
 *   return URL.createObjectURL(file);
 * }
 */
export function exportDatabase<K, V, P, KI, VI>(
  db: RemoteDatabase<K, V, P, KI, VI>,
  options?: ArchiveOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return archiveImage(() => remoteImage(db), options);
}

async function remoteImage<K, V, P, KI, VI>({ remote }: RemoteDatabase<K, V, P, KI, VI>): Promise<ArchivedImage> {
  const { connection } = remote;
  const number = remote.newNumber();
  const objects = await connection.call(
    Call.image,
    (frame) => frame.u32(number),
    (frame) => Array.from({ length: frame.u32() }, () => ({ name: frame.text(), size: frame.f64() })),
  );
  const numbers = new Map(objects.map(({ name }, i) => [name, i]));
  return {
    objects,
    bytes: objects.reduce((sum, { size }) => sum + size, 0),
    // The bytes lie in the message that they came in, which nobody else keeps.
    read: ({ name }, offset, length) =>
      connection.call(
        Call.readImage,
        (frame) => frame.u32(number).u32(numbers.get(name)!).f64(offset).u32(length),
        (frame) => frame.take(),
        'expire',
      ),
    close: async () => connection.say(Call.closeImage, (frame) => frame.u32(number)),
  };
}
