// A static host in this process that does to order what static hosts do wrongly. Objects lie in memory, below `/db/`.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface HostRequest {
  readonly method: string;
  /** Name of the object. */
  readonly object: string;
  readonly query: string;
  readonly range: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

/** What is sent in the place of the right answer; what is left out is as it should be. */
export interface Oddity {
  readonly status?: number;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: Uint8Array | string;
  /** The line breaks before the answer, in its middle, or nobody ever answers. */
  readonly line?: 'refused' | 'cut' | 'silent';
  /** The body is packed. */
  readonly isPacked?: boolean;
  /** Range is ignored. */
  readonly isWhole?: boolean;
  /** Nothing is answered before this. */
  readonly after?: Promise<void>;
}

export const PAGE: Oddity = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>App</title>',
};

export class OddHost {
  readonly objects = new Map<string, Uint8Array>();
  readonly requests: HostRequest[] = [];
  /** Decides what is odd about an answer; undefined: nothing. */
  odd: (request: HostRequest) => Oddity | undefined = () => undefined;
  /** Requests under way now, and the most there ever were. */
  current = 0;
  most = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<OddHost> {
    const server = createServer();
    const host = new OddHost(server);
    server.on('request', (message, response) => host.#serve(message, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get address(): string {
    return `${this.origin}/db`;
  }

  /** Requests since the last call: `GET name range`. */
  taken(): string[] {
    return this.requests.splice(0).map(({ method, object, range = '' }) => `${method} ${object} ${range}`.trim());
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(message: IncomingMessage, response: ServerResponse): void {
    this.most = Math.max(this.most, ++this.current);
    response.on('close', () => this.current--);
    const url = new URL(message.url!, 'http://host');
    const request: HostRequest = {
      method: message.method!,
      object: decodeURIComponent(url.pathname.replace(/^\/db\//, '')),
      query: url.search,
      range: message.headers.range,
      headers: message.headers,
    };
    this.requests.push(request);
    const odd = this.odd(request) ?? {};
    if (odd.line === 'silent') return;
    if (odd.line === 'refused') return void message.socket.destroy();
    void (odd.after ?? Promise.resolve()).then(() => this.#answer(response, request, odd));
  }

  #answer(response: ServerResponse, { method, object, range }: HostRequest, odd: Oddity): void {
    const right = rightAnswer(this.objects.get(object), odd.isWhole === true ? undefined : range);
    const plain = odd.body === undefined ? right.body : Buffer.from(odd.body);
    const body = odd.isPacked === true ? gzipSync(plain) : plain;
    const packing = odd.isPacked === true ? { 'content-encoding': 'gzip' } : {};
    const headers = { ...right.headers, 'content-length': String(body.length), ...packing, ...odd.headers };
    const known = Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined);
    // A connection that is used again and breaks is mended by some runtimes behind one's back.
    response.shouldKeepAlive = false;
    response.writeHead(odd.status ?? right.status, Object.fromEntries(known));
    if (odd.line === 'cut') response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    else response.end(method === 'HEAD' ? undefined : body);
  }
}

function rightAnswer(
  bytes: Uint8Array | undefined,
  range: string | undefined,
): { status: number; headers: Record<string, string>; body: Buffer } {
  const type = { 'content-type': 'application/octet-stream' };
  if (bytes === undefined) return { status: 404, headers: { 'content-type': 'text/plain' }, body: Buffer.from('not found') };
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (from === undefined) return { status: 200, headers: type, body: Buffer.from(bytes) };
  if (Number(from) >= bytes.length) return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` }, body: Buffer.alloc(0) };
  const part = Buffer.from(bytes.subarray(Number(from), Number(to) + 1));
  return {
    status: 206,
    headers: { ...type, 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` },
    body: part,
  };
}
