// Public names of the S3 adapter.

export type { S3Credentials, S3CredentialSource } from './requests/credentials.ts';
export { s3Store, type S3Store, type S3StoreOptions } from './s3-store.ts';
