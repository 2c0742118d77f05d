// A database in a bucket: `s3://bucket/prefix?endpoint=...&region=...`. Who asks is in the environment, under the names that all tools for S3 know; also the
// region and the endpoint, where the address does not name them.

import { s3Store, type S3Credentials } from '@varve/adapter-s3-fetch';
import { Failure, usage } from '../failure.ts';
import type { Place } from './place.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const WITHOUT_CREDENTIALS = 'an address names no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment';

export function bucket(address: string, environment: Environment = process.env): Place {
  if (!URL.canParse(address)) throw usage('this is no address of a bucket: s3://bucket/prefix?region=eu-north-1 is one');
  const url = new URL(address);
  if (namesCredentials(url) || namesCredentials(url.searchParams.get('endpoint'))) throw usage(WITHOUT_CREDENTIALS);
  complete(url, environment);
  const name = `s3://${url.host}${url.pathname}`;
  return { kind: 'bucket', name, address: url.href, store: () => s3Store(url.href, { credentials: credentialsIn(environment, name) }) };
}

function namesCredentials(address: URL | string | null): boolean {
  if (address === null || (typeof address === 'string' && !URL.canParse(address))) return false;
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}

function complete({ searchParams }: URL, environment: Environment): void {
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  if (!searchParams.has('endpoint') && !searchParams.has('region') && endpoint !== undefined) searchParams.set('endpoint', endpoint);
  if (!searchParams.has('region') && region !== undefined) searchParams.set('region', region);
}

function credentialsIn(environment: Environment, name: string): S3Credentials {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'] ?? '';
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'] ?? '';
  if (accessKeyId === '' || secretAccessKey === '') {
    const words =
      'a bucket wants to know who asks: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) in the environment';
    throw new Failure('NO_CREDENTIALS', `${words} place=${name}`);
  }
  const sessionToken = environment['AWS_SESSION_TOKEN'] ?? '';
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) };
}
