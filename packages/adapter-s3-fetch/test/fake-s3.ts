// An S3 in this process for tests of faults: objects in memory, answers as real servers give them, and orders for what a request is to suffer. It checks no
// signatures (the real thing does, *.cloud.test.ts), only who asks.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  /** Key in the bucket; empty: the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** 1 for the first request that the server ever got. */
  readonly count: number;
}

/**
 * What a request suffers. `lost`: it takes place, and the line breaks before the answer. `refused`: the line breaks before anything happens. `cut`: the answer
 * ends in the middle. `silent`: it takes place and nobody answers. A status with a code: that answer, and nothing happens.
 */
export type Fault = 'lost' | 'refused' | 'cut' | 'silent' | { readonly status: number; readonly code?: string; readonly applied?: boolean };

interface StoredObject {
  readonly body: Buffer;
  readonly nonce: string | undefined;
}

interface Upload {
  readonly key: string;
  readonly parts: Map<number, Buffer>;
  initiated: number;
}

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

export class FakeS3 {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, Upload>();
  readonly requests: FakeRequest[] = [];
  /** Decides the fate of a request; undefined: it succeeds. */
  fault: (request: FakeRequest) => Fault | undefined = () => undefined;
  /** What a request waits for before anything happens. */
  hold: (request: FakeRequest) => Promise<void> | undefined = () => undefined;
  /** Session tokens and keys that are refused as expired. */
  readonly expired = new Set<string>();
  /** It takes conditions and ignores them. */
  ignoresConditions = false;
  /** Connections are used again. Where one breaks then, Deno and Bun (and browsers) send the request a second time by themselves. */
  keepsAlive = false;
  /** It answers requests for a range with that range. */
  knowsRanges = true;
  /** What a deletion of many answers for some of them. */
  deletionErrors = '';
  /** Pages of other origins may ask, as CORS rules would say, and are shown what these show; undefined: they may not. */
  pages: { readonly showsNonces: boolean } | undefined;
  /** Names in one page of a list. */
  pageSize = 1000;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeS3> {
    const server = createServer();
    const fake = new FakeS3(server);
    server.on('request', (message, response) => void fake.#serve(message, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** Address of a store below this prefix. */
  address(prefix = 'db'): string {
    const { port } = this.#server.address() as AddressInfo;
    return `s3://bucket/${prefix}?endpoint=http://127.0.0.1:${port}`;
  }

  /** Requests since the last call, as `PUT db/name`, with what else matters in the query. */
  taken(): string[] {
    return this.requests.splice(0).map(({ method, key, query }) => {
      const matter = [...query.keys()].filter((name) => ['uploads', 'uploadId', 'delete', 'list-type'].includes(name));
      return [method, key, ...matter].filter((part) => part !== '').join(' ');
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const url = new URL(message.url!, 'http://fake');
    const key = decodeURIComponent(url.pathname.replace(/^\/bucket\/?/, ''));
    const request: FakeRequest = {
      method: message.method!,
      key,
      query: url.searchParams,
      headers: message.headers,
      body: Buffer.concat(chunks),
      count: this.requests.length + 1,
    };
    if (request.method === 'OPTIONS') return this.#send(message, response, this.#preflight(request));
    this.requests.push(request);
    await this.hold(request);
    const fault = this.fault(request);
    if (fault === 'refused') return void message.socket.destroy();
    if (typeof fault === 'object' && !fault.applied) return this.#send(message, response, failed(fault.status, fault.code));
    const reply = this.#handle(request);
    if (fault === 'silent') return;
    if (fault === 'lost') return void message.socket.destroy();
    if (typeof fault === 'object') return this.#send(message, response, failed(fault.status, fault.code));
    if (fault === 'cut') return this.#cut(response, reply);
    this.#send(message, response, reply);
  }

  #send({ method }: IncomingMessage, response: ServerResponse, { status, headers, body = '' }: Reply): void {
    const length = Buffer.byteLength(body);
    response.shouldKeepAlive = this.keepsAlive;
    response.writeHead(status, { 'content-length': String(length), ...this.#shown(), ...headers });
    response.end(method === 'HEAD' ? undefined : body);
  }

  /** What CORS rules answer a browser that asks whether it may ask. */
  #preflight({ headers }: FakeRequest): Reply {
    if (this.pages === undefined) return { status: 403 };
    const asked = String(headers['access-control-request-headers'] ?? '');
    return {
      status: 200,
      headers: { 'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE', 'access-control-allow-headers': asked },
    };
  }

  #shown(): Record<string, string> {
    if (this.pages === undefined) return {};
    const names = ['ETag', 'Date', ...(this.pages.showsNonces ? ['x-amz-meta-varve-nonce'] : [])];
    return { 'access-control-allow-origin': '*', 'access-control-expose-headers': names.join(', ') };
  }

  #cut(response: ServerResponse, { status, headers, body = '' }: Reply): void {
    const bytes = Buffer.from(body);
    response.writeHead(status, { 'content-length': String(bytes.length), ...headers });
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  }

  #handle(request: FakeRequest): Reply {
    const { method, key, query, headers } = request;
    const [, accessKey] = /Credential=([^/]+)\//.exec(headers.authorization ?? '') ?? [];
    if (accessKey === undefined) return failed(403, 'AccessDenied');
    if ([accessKey, String(headers['x-amz-security-token'])].some((who) => this.expired.has(who))) return failed(400, 'ExpiredToken');
    if (key === '') return method === 'POST' ? this.#deleteMany(request) : query.has('uploads') ? this.#listUploads() : this.#list(query);
    if (query.has('uploads')) return this.#begin(key);
    const id = query.get('uploadId');
    if (id !== null) return this.#ofUpload(id, request);
    if (method === 'PUT') return this.#put(request);
    if (method === 'DELETE') return (this.objects.delete(key), { status: 204 });
    return this.#get(request);
  }

  #put({ key, headers, body }: FakeRequest): Reply {
    if (headers['if-none-match'] === '*' && !this.ignoresConditions && this.objects.has(key)) return failed(412, 'PreconditionFailed');
    this.objects.set(key, { body, nonce: headers['x-amz-meta-varve-nonce'] as string | undefined });
    return { status: 200, headers: { etag: '"etag"' } };
  }

  #get({ key, headers }: FakeRequest): Reply {
    const object = this.objects.get(key);
    if (object === undefined) return failed(404, 'NoSuchKey');
    const shown: Record<string, string> = object.nonce === undefined ? {} : { 'x-amz-meta-varve-nonce': object.nonce };
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (from === undefined || !this.knowsRanges) return { status: 200, headers: { ...shown, etag: '"etag"' }, body: object.body };
    if (Number(from) >= object.body.length) return failed(416, 'InvalidRange');
    return { status: 206, headers: shown, body: object.body.subarray(Number(from), Number(to) + 1) };
  }

  #list(query: URLSearchParams): Reply {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const all = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = all.slice(0, this.pageSize);
    const entries = page.map(
      (key) => `<Contents><Key>${encodeURIComponent(key)}</Key><Size>${this.objects.get(key)!.body.length}</Size></Contents>`,
    );
    const more =
      all.length > page.length ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return { status: 200, body: `<?xml version="1.0"?><ListBucketResult>${more}${entries.join('')}</ListBucketResult>` };
  }

  #deleteMany({ headers, body }: FakeRequest): Reply {
    if (headers['x-amz-checksum-sha256'] === undefined) return failed(400, 'InvalidRequest');
    for (const [, key] of String(body).matchAll(/<Key>(.*?)<\/Key>/g)) this.objects.delete(key!.replaceAll('&amp;', '&'));
    return { status: 200, body: `<DeleteResult>${this.deletionErrors}</DeleteResult>` };
  }

  #listUploads(): Reply {
    const entries = [...this.uploads].map(
      ([id, { key, initiated }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${new Date(initiated).toISOString()}</Initiated></Upload>`,
    );
    return { status: 200, body: `<ListMultipartUploadsResult>${entries.join('')}</ListMultipartUploadsResult>` };
  }

  #begin(key: string): Reply {
    const id = `upload-${this.requests.length}-${this.uploads.size}`;
    this.uploads.set(id, { key, parts: new Map(), initiated: Date.now() });
    return { status: 200, body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>` };
  }

  #ofUpload(id: string, { method, query, body }: FakeRequest): Reply {
    const upload = this.uploads.get(id);
    if (upload === undefined) return failed(404, 'NoSuchUpload');
    const part = query.get('partNumber');
    if (method === 'PUT') {
      upload.parts.set(Number(part), body);
      return { status: 200, headers: { etag: `"part-${part}"` } };
    }
    this.uploads.delete(id);
    if (method === 'DELETE') return { status: 204 };
    const named = Array.from(String(body).matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"part-(\d+)"<\/ETag>/g), ([, number]) =>
      Number(number),
    );
    const parts = named.map((number) => upload.parts.get(number)!);
    this.objects.set(upload.key, { body: Buffer.concat(parts), nonce: undefined });
    return { status: 200, body: '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>' };
  }
}

function failed(status: number, code = 'Failure'): Reply {
  return {
    status,
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>as &quot;ordered&quot;</Message></Error>`,
  };
}
