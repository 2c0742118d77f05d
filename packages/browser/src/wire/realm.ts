// The browser as far as tabs and workers use it, under the names that it has there: `globalThis` is one. Everything that finds another tab, waits or
// ends comes from here, so that the protocol between tabs also runs where a program decides what happens when (packages/simulator).

/** What pages and workers have. */
export interface Realm {
  readonly navigator: { readonly locks: Locks };
  readonly crypto: { randomUUID(): string };
  readonly BroadcastChannel: new (name: string) => Channel;
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  /** The build that runs here, where it is not that of this module. */
  readonly version?: number;
}

/** What pages have: they go to sleep, wake up and end. */
export interface PageRealm extends Realm, LifeCycle {
  /** Absent in workers. */
  readonly document?: LifeCycle & { readonly visibilityState: string };
}

/** As much of an EventTarget as is used. */
export interface LifeCycle {
  addEventListener(event: string, callback: () => void, options: { readonly signal: AbortSignal }): void;
}

/** As much of a LockManager as is used. */
export interface Locks {
  request(name: string, options: { readonly signal?: AbortSignal }, whileHeld: () => Promise<void>): Promise<unknown>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

/** As much of a BroadcastChannel as is used. */
export interface Channel {
  onmessage: ((event: MessageEvent) => unknown) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** As much of a Worker as its page uses. */
export interface WorkerEnd {
  onmessage: ((event: MessageEvent) => unknown) | null;
  onerror: ((event: ErrorEvent) => unknown) | null;
  postMessage(message: unknown): void;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): void;
}

/** The same worker from inside. */
export type WorkerScope = Pick<WorkerEnd, 'onmessage' | 'postMessage'>;
