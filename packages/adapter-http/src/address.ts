// Where a published database is, and which address an object has there.

import { PUBLICATION_NAME } from '@varve/core/store';

const EXAMPLE = 'https://host/path/db';

/** A place on a host. What follows the question mark in its address (a token, say) is sent with every request, and is never shown. */
export class Address {
  readonly #folder: URL;

  /** Throws a TypeError that says what is wrong. */
  constructor(address: string | URL) {
    const url = parse(address);
    if (url.username !== '' || url.password !== '') {
      throw new TypeError('the address of a database names no user and no password: send an authorization header with the option headers');
    }
    url.hash = '';
    url.pathname = url.pathname.replace(new RegExp(`/(?:${PUBLICATION_NAME})?$`), '');
    this.#folder = url;
  }

  /** The address of an object. `version` tells it from another one of the same name, for caches; hosts do not look at it. */
  of(object: string, version?: string): string {
    const url = new URL(this.#folder);
    url.pathname += `${url.pathname.endsWith('/') ? '' : '/'}${object}`;
    if (version !== undefined) url.searchParams.set('v', version);
    return url.href;
  }

  /** For messages: nothing secret. */
  get shown(): string {
    return this.#folder.origin + this.#folder.pathname;
  }

  /** A page needs leave of this host (CORS). */
  get isForeign(): boolean {
    const here = hostLocation();
    return here !== undefined && new URL(here).origin !== this.#folder.origin;
  }
}

function parse(address: string | URL): URL {
  const base = hostLocation();
  const text = String(address);
  if (!URL.canParse(text, base)) throw new TypeError(`a published database has an address such as ${EXAMPLE}`);
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`a published database has an address such as ${EXAMPLE}, not ${url.protocol}`);
  }
  return url;
}

/** In a page or worker of a browser; addresses may be relative to it. */
function hostLocation(): string | undefined {
  const href = (globalThis as { location?: { href?: string } }).location?.href;
  return href !== undefined && /^https?:/.test(href) ? href : undefined;
}
