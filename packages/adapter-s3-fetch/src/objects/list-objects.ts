// ListObjectsV2, page by page. S3 lists in the order of the keys' bytes.

import type { ObjectInfo } from '@varve/core';
import type { S3Client } from '../requests/s3-client.ts';
import { isSuccess, refusal } from '../requests/s3-errors.ts';
import { elements, textOf } from '../requests/xml.ts';

/** Everything else below the root is ours but no object of the store: what probes leave when they are cut off. */
const NAME = /^[a-z0-9./-]+$/;

export async function listObjects(client: S3Client, prefix: string, startAfter: string): Promise<ObjectInfo[]> {
  const { root } = client.location;
  const found: ObjectInfo[] = [];
  let token: string | undefined;
  do {
    const answer = await client.ask({
      method: 'GET',
      query: {
        'list-type': '2',
        'encoding-type': 'url',
        prefix: root + prefix,
        ...(startAfter !== '' && { 'start-after': root + startAfter }),
        ...(token !== undefined && { 'continuation-token': token }),
      },
    });
    if (!isSuccess(answer)) throw refusal(answer);
    const xml = new TextDecoder().decode(answer.body);
    for (const entry of elements(xml, 'Contents')) {
      const name = decodeKey(textOf(entry, 'Key') ?? '').slice(root.length);
      if (NAME.test(name) && name > startAfter) found.push({ name, size: Number(textOf(entry, 'Size')) });
    }
    token = textOf(xml, 'IsTruncated') === 'true' ? textOf(xml, 'NextContinuationToken') : undefined;
  } while (token !== undefined);
  return found;
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
