// What of a Workers R2 binding is used. `R2Bucket` of Cloudflare's types is one, whichever package or program they come from.
// https://developers.cloudflare.com/r2/api/workers/workers-api-reference/

/** An object, without its bytes. */
export interface BucketObject {
  readonly key: string;
  readonly size: number;
  readonly customMetadata?: Record<string, string>;
}

/** An object, or a range of it, with its bytes. */
export interface BucketBody extends BucketObject {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A page of a list. */
export type BucketList = { objects: BucketObject[] } & ({ truncated: true; cursor: string } | { truncated: false });

/** A part that was uploaded. */
export interface BucketPart {
  partNumber: number;
  etag: string;
}

/** A multipart upload. */
export interface BucketUpload {
  uploadPart(partNumber: number, value: Uint8Array): Promise<BucketPart>;
  abort(): Promise<void>;
  complete(parts: BucketPart[]): Promise<BucketObject>;
}

/** A binding to a bucket. */
export interface Bucket {
  head(key: string): Promise<BucketObject | null>;
  get(key: string, options?: { range?: { offset: number; length: number } }): Promise<BucketBody | null>;
  /** Null: the condition did not hold. */
  put(
    key: string,
    value: Uint8Array,
    options?: { onlyIf?: { etagDoesNotMatch: string }; customMetadata?: Record<string, string> },
  ): Promise<BucketObject | null>;
  createMultipartUpload(key: string): Promise<BucketUpload>;
  delete(keys: string[]): Promise<void>;
  list(options: { prefix: string; limit: number; startAfter?: string; cursor?: string }): Promise<BucketList>;
}
