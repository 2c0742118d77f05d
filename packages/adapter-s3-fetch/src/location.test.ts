// Addresses of stores, and what becomes of a key in them.

import { describe, expect, it } from 'vitest';
import { parseLocation, urlOf } from './location.ts';

const urlIn = (address: string, key: string): string => urlOf(parseLocation(address), key);

describe('an address', () => {
  it.each([
    ['s3://bucket/prefix?region=eu-north-1', 'https://bucket.s3.eu-north-1.amazonaws.com/sst/1'],
    ['s3://bucket?region=eu-north-1&style=path', 'https://s3.eu-north-1.amazonaws.com/bucket/sst/1'],
    ['s3://dotted.bucket/?region=eu-north-1', 'https://s3.eu-north-1.amazonaws.com/dotted.bucket/sst/1'],
    ['s3://bucket?endpoint=http://127.0.0.1:7480', 'http://127.0.0.1:7480/bucket/sst/1'],
    ['s3://bucket?endpoint=https://example.org/s3/', 'https://example.org/s3/bucket/sst/1'],
    ['s3://bucket?endpoint=https://example.org&style=host', 'https://bucket.example.org/sst/1'],
  ])('%s leads to %s', (address, url) => {
    expect(urlIn(address, 'sst/1')).toBe(url);
  });

  it.each([
    ['s3://bucket', ''],
    ['s3://bucket/', ''],
    ['s3://bucket/a', 'a/'],
    ['s3://bucket/a/b/', 'a/b/'],
    ['s3://bucket/a%20b', 'a b/'],
  ])('%s has the root %o', (address, root) => {
    expect(parseLocation(`${address}?region=r`)).toMatchObject({ root, region: 'r' });
  });

  it('has a region that other servers are told where it names none', () => {
    expect(parseLocation('s3://bucket?endpoint=http://localhost').region).toBe('us-east-1');
  });

  it.each([
    'bucket',
    'https://bucket/prefix',
    's3://',
    's3://bucket',
    's3://bucket?region=r&profile=me',
    's3://bucket?region=r&style=odd',
    's3://bucket?endpoint=ftp://localhost',
    's3://bucket/a//b?region=r',
    's3://bucket/a/%2E%2E%2Fb?region=r',
  ])('such as %s is refused with a TypeError', (address) => {
    expect(() => parseLocation(address)).toThrow(TypeError);
  });
});

describe('a key', () => {
  it('is escaped but for its slashes', () => {
    expect(urlIn('s3://bucket?endpoint=http://h', "a b/ü&+!'()*/c")).toBe('http://h/bucket/a%20b/%C3%BC%26%2B%21%27%28%29%2A/c');
  });

  it('comes with its query', () => {
    const location = parseLocation('s3://bucket?endpoint=http://h');
    expect(urlOf(location, '', { 'list-type': '2', prefix: 'a/b c' })).toBe('http://h/bucket/?list-type=2&prefix=a%2Fb+c');
  });
});
