// What serve-s3.ts hands to tests that run elsewhere than in Node.

/** A bucket, for whoever may not look into the environment. */
export interface ServedS3 {
  /** Addresses of places are between these two. */
  readonly address: readonly [before: string, after: string];
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly s3: ServedS3;
    /** One whose CORS rules show no nonce. */
    readonly hidingS3: ServedS3;
  }
}
