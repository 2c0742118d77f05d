// From the address at the beginning of the command line to a place.

import { fileURLToPath, pathToFileURL } from 'node:url';
import { fsStore } from '@varve/adapter-fs';
import { httpStore } from '@varve/adapter-http';
import { usage } from '../failure.ts';
import { bucket } from './bucket.ts';
import type { Place } from './place.ts';

/** The place of an address: a path, `file:`, `s3:`, `https:` or `http:`. */
export function placeOf(address: string): Place {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === 'file') return directory(scheme === undefined ? address : fileURLToPath(address));
  if (scheme === 's3') return bucket(address);
  if (scheme === 'https' || scheme === 'http') return host(address);
  throw usage(`an address is a path, or begins with file://, s3://, https:// or http://, not with ${scheme}://`);
}

function directory(path: string): Place {
  return { kind: 'directory', name: path, address: pathToFileURL(path).href, store: () => fsStore(path) };
}

function host(address: string): Place {
  if (!URL.canParse(address)) throw usage('this is no address: https://host/path/db is one');
  const { origin, pathname } = new URL(address);
  const name = origin + pathname;
  return { kind: 'host', name, address: name, store: () => httpStore(address) };
}
