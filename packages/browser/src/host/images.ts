// Images of the database that one page reads: what its objects are, and their bytes.

import { StorageError } from '@varve/core';
import { imageOf, type DatabaseImage, type ImageObject } from '@varve/core/copy';
import type { FrameWriter } from '../wire/frame-writer.ts';
import type { RawDatabase } from './raw-database.ts';

export class Images {
  readonly #db: RawDatabase;
  readonly #open = new Map<number, Promise<DatabaseImage>>();

  constructor(db: RawDatabase) {
    this.#db = db;
  }

  open(number: number): Promise<DatabaseImage> {
    const image = imageOf(this.#db);
    this.#open.set(number, image);
    return image;
  }

  async read(number: number, object: number, offset: number, length: number): Promise<Uint8Array> {
    const image = await this.#open.get(number);
    if (image === undefined) throw new StorageError('EXPIRED', 'the image is closed, or went with the tab that held it: make a new one');
    return image.read(image.objects[object], offset, length);
  }

  close(number: number): void {
    // One that was never made was told of.
    this.#open.get(number)?.then(
      (image) => image.close(),
      () => undefined,
    );
    this.#open.delete(number);
  }

  closeAll(): void {
    for (const number of this.#open.keys()) this.close(number);
  }
}

export function writeObjects(out: FrameWriter, { objects }: { readonly objects: readonly ImageObject[] }): void {
  out.u32(objects.length);
  for (const { name, size } of objects) out.text(name).f64(size);
}
