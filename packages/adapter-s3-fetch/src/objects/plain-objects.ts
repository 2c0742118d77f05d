// Whole objects: written by one PUT, read by one GET, deleted in bulk. All of it may take place twice.

import type { S3Client } from '../requests/s3-client.ts';
import { isMissing, isSuccess, refusal } from '../requests/s3-errors.ts';
import { elements, escape, textOf } from '../requests/xml.ts';

/** S3's limit of one deletion. */
const NAMES_A_DELETION = 1000;

export async function putObject(client: S3Client, name: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await client.ask({ method: 'PUT', name, body });
  if (!isSuccess(answer)) throw refusal(answer, name);
}

export async function getObject(client: S3Client, name: string): Promise<Uint8Array | undefined> {
  const answer = await client.ask({ method: 'GET', name });
  if (isMissing(answer)) return undefined;
  if (!isSuccess(answer)) throw refusal(answer, name);
  return answer.body;
}

/** Bytes of the object, or undefined when it is not there. */
export async function sizeOfObject(client: S3Client, name: string): Promise<number | undefined> {
  const answer = await client.ask({ method: 'HEAD', name });
  if (isMissing(answer)) return undefined;
  if (!isSuccess(answer)) throw refusal(answer, name);
  return Number(answer.headers.get('content-length'));
}

export async function deleteObjects(client: S3Client, names: readonly string[]): Promise<void> {
  if (names.length === 1) return deleteObject(client, names[0]!);
  for (let i = 0; i < names.length; i += NAMES_A_DELETION) await deleteSome(client, names.slice(i, i + NAMES_A_DELETION));
}

async function deleteObject(client: S3Client, name: string): Promise<void> {
  const answer = await client.ask({ method: 'DELETE', name });
  if (!isSuccess(answer) && !isMissing(answer)) throw refusal(answer, name);
}

async function deleteSome(client: S3Client, names: readonly string[]): Promise<void> {
  const keys = names.map((name) => `<Object><Key>${escape(client.location.root + name)}</Key></Object>`).join('');
  const body = new TextEncoder().encode(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${keys}</Delete>`);
  // S3 takes no deletion without a checksum of its own.
  const headers = { 'x-amz-sdk-checksum-algorithm': 'SHA256', 'x-amz-checksum-sha256': await base64Sha256(body) };
  const answer = await client.ask({ method: 'POST', query: { delete: '' }, headers, body });
  if (!isSuccess(answer)) throw refusal(answer);
  const failed = elements(new TextDecoder().decode(answer.body), 'Error').find((error) => textOf(error, 'Code') !== 'NoSuchKey');
  if (failed === undefined) return;
  const status = textOf(failed, 'Code') === 'AccessDenied' ? 403 : 500;
  throw refusal({ status, headers: answer.headers, body: new TextEncoder().encode(`<Error>${failed}</Error>`) }, names[0]);
}

async function base64Sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))));
}
