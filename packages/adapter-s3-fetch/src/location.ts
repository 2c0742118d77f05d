// Where a store is: `s3://bucket/prefix?region=eu-north-1&endpoint=https://host:port&style=path`, and which address a key has there.

export interface Location {
  readonly region: string;
  /** Address of the bucket, without a slash at its end. */
  readonly bucketUrl: string;
  /** What stands before every name: empty, or ending with a slash. */
  readonly root: string;
}

const PARAMETERS = new Set(['region', 'endpoint', 'style']);
const EXAMPLE = 's3://bucket/prefix?region=eu-north-1';
const REGION_OF_OTHERS = 'us-east-1';

/** Throws a TypeError that says what is wrong with the address. */
export function parseLocation(address: string): Location {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 's3:' || url.host === '') throw new TypeError(`an S3 store has an address such as ${EXAMPLE}, not ${address}`);
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined) throw new TypeError(`an S3 address has no parameter ${unknown}, but ${[...PARAMETERS].join(', ')}`);
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  const region = url.searchParams.get('region') ?? (endpoint === undefined ? undefined : REGION_OF_OTHERS);
  if (region === undefined) throw new TypeError(`an S3 address names a region or an endpoint, as in ${EXAMPLE}`);
  return { region, bucketUrl: bucketUrl(url.host, region, endpoint, url.searchParams.get('style')), root: rootOf(url.pathname) };
}

/** Address of a key (of the bucket itself where it is empty). */
export function urlOf({ bucketUrl }: Location, key: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  const path = key.split('/').map(encodeRfc3986).join('/');
  return `${bucketUrl}/${path}${search === '' ? '' : `?${search}`}`;
}

function bucketUrl(bucket: string, region: string, endpoint: string | undefined, style: string | null): string {
  const base = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  if (!/^https?:$/.test(base.protocol)) throw new TypeError(`the endpoint of an S3 store is an http address endpoint=${endpoint}`);
  if (style !== null && style !== 'path' && style !== 'host') throw new TypeError(`style is path or host, not ${style}`);
  // Certificates for hosts do not cover names with dots, and other servers rarely have a domain for each bucket.
  const byHost = style === null ? endpoint === undefined && !bucket.includes('.') : style === 'host';
  const path = base.pathname.replace(/\/$/, '');
  return byHost ? `${base.protocol}//${bucket}.${base.host}${path}` : `${base.protocol}//${base.host}${path}/${bucket}`;
}

function rootOf(pathname: string): string {
  const prefix = decodeURIComponent(pathname).replace(/^\/|\/$/g, '');
  if (prefix === '') return '';
  if (prefix.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new TypeError(`the prefix of an S3 store has no empty, . or .. parts prefix=${prefix}`);
  }
  return `${prefix}/`;
}

function encodeRfc3986(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
