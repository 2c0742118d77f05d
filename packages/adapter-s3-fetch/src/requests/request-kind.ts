// What a request is counted as, which is what services charge it as.

import type { RequestKind } from '@varve/core';
import type { S3Request } from './messages.ts';

export function kindOf({ method, name, query = {} }: S3Request): RequestKind {
  if (method === 'HEAD') return 'head';
  if (method === 'DELETE') return 'delete';
  if (method === 'GET') return name === undefined ? 'list' : 'get';
  if (method === 'PUT') return 'partNumber' in query ? 'multipart' : 'put';
  return 'delete' in query ? 'delete' : 'multipart';
}
