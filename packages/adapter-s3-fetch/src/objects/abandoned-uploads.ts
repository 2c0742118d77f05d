// Multipart uploads that nobody finished: their writer died. The server keeps their parts, unseen and paid for, until somebody aborts them. Those of a living
// writer look the same, so only what is a day old by the server's own clock goes. A rule of the bucket (AbortIncompleteMultipartUpload) does it as well.

import type { S3Client } from '../requests/s3-client.ts';
import { isSuccess } from '../requests/s3-errors.ts';
import { elements, textOf } from '../requests/xml.ts';
import { abortUpload } from './multipart-upload.ts';

const ABANDONED_MS = 24 * 3600 * 1000;

/** Aborts those of one page: the others' turn comes at the next open. Nothing where the server's time is not known, or does not list uploads. */
export async function abortAbandonedUploads(client: S3Client): Promise<void> {
  const { root } = client.location;
  const answer = await client.ask({ method: 'GET', query: { uploads: '', prefix: root } });
  const now = Date.parse(answer.headers.get('date') ?? '');
  if (!isSuccess(answer)) return;
  for (const upload of elements(new TextDecoder().decode(answer.body), 'Upload')) {
    const key = textOf(upload, 'Key') ?? '';
    const id = textOf(upload, 'UploadId');
    const isOld = now - Date.parse(textOf(upload, 'Initiated') ?? '') > ABANDONED_MS;
    if (isOld && id !== undefined && key.startsWith(root)) await abortUpload(client, key.slice(root.length), id);
  }
}
