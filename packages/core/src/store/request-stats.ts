// What a store has asked of the service behind it, as plain data: `requests` of `db.stats()`. Every request counts that was sent, answered or not, also those
// that were sent again: services charge for them.

/**
 * `list`: names of objects, or of uploads. `delete`: also of many objects at once, or of an upload. `multipart`: the beginning, each part and the completion
 * of a multipart upload.
 */
export type RequestKind = 'get' | 'head' | 'put' | 'list' | 'delete' | 'multipart';

/** Requests of one kind, with the bytes of their bodies and of the answers' (headers are not counted). */
export interface RequestTraffic {
  readonly count: number;
  readonly upBytes: number;
  readonly downBytes: number;
}

/** Requests since the store was made. */
export type RequestStats = Readonly<Record<RequestKind, RequestTraffic>>;
