// Public names of the R2 adapter.

export { r2Store, type R2Store, type R2StoreOptions } from './r2-store.ts';
export type { Bucket, BucketBody, BucketList, BucketObject, BucketPart, BucketUpload } from './bucket.ts';
