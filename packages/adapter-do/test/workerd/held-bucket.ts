// A bucket whose answers a test may hold back, for some names, from now on.

import type { Bucket, BucketBody } from '@varve/adapter-r2';

export class HeldBucket {
  /** Answers about these names do not come. */
  holds: (key: string) => boolean = () => false;
  /** Names that were read. */
  readonly asked: string[] = [];

  of(bucket: Bucket): Bucket {
    const wait = (key: string): Promise<void> => {
      this.asked.push(key);
      return this.holds(key) ? new Promise(() => undefined) : Promise.resolve();
    };
    return {
      head: (key) => bucket.head(key),
      async get(key, options): Promise<BucketBody | null> {
        await wait(key);
        return bucket.get(key, options);
      },
      put: (key, value, options) => bucket.put(key, value, options),
      createMultipartUpload: (key) => bucket.createMultipartUpload(key),
      delete: (keys) => bucket.delete(keys),
      async list(options) {
        await wait(options.prefix);
        return bucket.list(options);
      },
    };
  }
}
