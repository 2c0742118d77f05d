// What is asked of a server, and what it answers.

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Name below the store's root; undefined: the bucket. */
  readonly name?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Not changed until the answer is there. */
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
  /** Bytes that the answer may have: it is waited for longer. */
  readonly answerBytes?: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}
