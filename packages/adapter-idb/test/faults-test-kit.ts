// A bucket whose IndexedDB misbehaves to order. Every transaction of its connections is shown to `fault`, which says what is to become of it:
//
//   closed     the connection turns out to be closed: InvalidStateError
//   aborted    it is aborted after its first request has succeeded, as when the browser gives up
//   full       the same, for want of room
//   lost       it is committed, and the answer is lost with the connection
//   refused    its first request fails
//   silent     a write is committed and a read is done, and nobody ever hears of it

import type { IdbBucket } from '../src/index.ts';

export type Fault = 'closed' | 'aborted' | 'full' | 'lost' | 'refused' | 'silent';

/** A transaction that is about to begin. */
export interface Begun {
  readonly mode: IDBTransactionMode;
}

export interface FaultyBucket extends IdbBucket {
  /** What is to become of a transaction; undefined: it succeeds. */
  fault: (begun: Begun) => Fault | undefined;
  /** So many times opening fails. */
  failingOpens: number;
  /** Connections that are open, oldest first. */
  readonly connections: IDBDatabase[];
}

export function faultyBucket(): FaultyBucket {
  const bucket: FaultyBucket = {
    fault: () => undefined,
    failingOpens: 0,
    connections: [],
    name: 'default',
    estimate: () => navigator.storage.estimate(),
    indexedDB: {
      open(name: string, version: number) {
        if (bucket.failingOpens-- > 0) throw lost();
        const request = indexedDB.open(name, version);
        request.addEventListener('success', () => spoil(request.result, bucket));
        return request;
      },
      databases: () => indexedDB.databases(),
    } as unknown as IDBFactory,
  };
  return bucket;
}

/** Faults for the next transactions that match, one each. */
export function next(bucket: FaultyBucket, faults: readonly Fault[], matches: (begun: Begun) => boolean = () => true): void {
  const waiting = [...faults];
  bucket.fault = (begun) => (waiting.length > 0 && matches(begun) ? waiting.shift() : undefined);
}

export const isWrite = ({ mode }: Begun): boolean => mode === 'readwrite';

/** What Chromium says when its database process has ended. */
function lost(): DOMException {
  return new DOMException('Connection to Indexed Database server lost. Refresh the page to try again', 'UnknownError');
}

function spoil(database: IDBDatabase, bucket: FaultyBucket): void {
  bucket.connections.push(database);
  const begin = database.transaction.bind(database);
  database.transaction = (places, mode = 'readonly', options = {}) => {
    const fault = bucket.fault({ mode });
    if (fault === 'closed') database.close();
    const transaction = begin(places, mode, options);
    if (fault === 'lost') loseAnswer(transaction, database);
    if (fault === 'aborted') afterFirst(transaction, 'success', () => transaction.abort());
    if (fault === 'full') {
      afterFirst(transaction, 'success', () => {
        define(transaction, new DOMException('the quota has been exceeded', 'QuotaExceededError'));
        transaction.abort();
      });
    }
    if (fault === 'silent') silence(transaction);
    if (fault === 'refused') failFirst(transaction);
    return transaction;
  };
}

function define(transaction: IDBTransaction | IDBRequest, error: DOMException): void {
  Object.defineProperty(transaction, 'error', { value: error });
}

function loseAnswer(transaction: IDBTransaction, database: IDBDatabase): void {
  const { mode } = transaction;
  if (mode === 'readonly') {
    afterFirst(transaction, 'success', (request, event) => {
      event.stopImmediatePropagation();
      define(request, lost());
      request.dispatchEvent(new Event('error'));
    });
    return;
  }
  transaction.addEventListener('complete', (event) => {
    event.stopImmediatePropagation();
    define(transaction, lost());
    database.close();
    transaction.dispatchEvent(new Event('abort'));
    database.dispatchEvent(new Event('close'));
  });
}

function silence(transaction: IDBTransaction): void {
  if (transaction.mode === 'readonly') afterFirst(transaction, 'success', (_request, event) => event.stopImmediatePropagation());
  transaction.addEventListener('complete', (event) => event.stopImmediatePropagation());
}

/** Safari: "Attempt to get records from database without an in-progress transaction". */
function failFirst(transaction: IDBTransaction): void {
  afterFirst(transaction, 'success', (request, event) => {
    event.stopImmediatePropagation();
    define(request, new DOMException('Attempt to get records from database without an in-progress transaction', 'UnknownError'));
    request.dispatchEvent(new Event('error'));
  });
}

/** Calls `then` when the transaction's first request has succeeded, before anybody else hears of it. */
function afterFirst(transaction: IDBTransaction, event: 'success', then: (request: IDBRequest, event: Event) => void): void {
  let armed = true;
  const open = transaction.objectStore.bind(transaction);
  transaction.objectStore = (name) => {
    const store = open(name);
    for (const method of ['get', 'getKey', 'getAll', 'getAllKeys', 'count', 'put', 'add', 'delete', 'openCursor'] as const) {
      const call = store[method].bind(store) as (...parameters: unknown[]) => IDBRequest;
      const replacement = (...parameters: unknown[]): IDBRequest => {
        const request = call(...parameters);
        if (!armed) return request;
        armed = false;
        request.addEventListener(event, (happened) => then(request, happened), { once: true });
        return request;
      };
      Object.defineProperty(store, method, { value: replacement, configurable: true });
    }
    return store;
  };
}
