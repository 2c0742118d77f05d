// What tabs tell each other beside the calls: who has the database, and who would like to use it. On one channel that all tabs of a database share.

/** Raised with every change of what travels between tabs and worker. The higher one wins. */
export { VERSION } from '../wire/protocol.ts';

export type TabMessage =
  /** A page is there, and listens on a channel that is there for this session alone: nothing that was said in an earlier one is heard in it. */
  | {
      readonly kind: 'hello';
      readonly version: number;
      readonly client: string;
      readonly session: string;
      readonly keys: string;
      readonly values: string;
    }
  /** A worker has the database open: say hello. */
  | { readonly kind: 'leader'; readonly version: number; readonly worker: string }
  /** The worker listens to this page. */
  | { readonly kind: 'welcome'; readonly session: string; readonly worker: string }
  /** The worker does not take this page. */
  | { readonly kind: 'refused'; readonly session: string; readonly failure: Failure }
  /** A newer build is there: let go. */
  | { readonly kind: 'yield'; readonly version: number }
  /** The database is to be deleted, or another one comes in its place: let go for good, and say why. */
  | { readonly kind: 'let go'; readonly message: string };

/** An error that crosses contexts. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** From the page to its worker, first of all. */
export interface StartMessage {
  readonly start: {
    readonly name: string;
    readonly client: string;
    /** Codecs of the database's own key space. */
    readonly keys: string;
    readonly values: string;
    readonly options: EngineOptions;
  };
}

/** From a page to a worker that is there for this alone. */
export interface RemoveMessage {
  readonly remove: string;
}

/** The same, for a worker that puts another database in the place of one. It asks the page for what it writes. */
export interface RestoreMessage {
  readonly restore: { readonly name: string; readonly memoryBudgetBytes?: number | undefined };
}

export type RestoreQuestion = 'object' | 'piece';

/** Neither: there are no more. */
export interface RestoreAnswer {
  readonly object?: { readonly name: string; readonly size: number };
  readonly piece?: Uint8Array<ArrayBuffer>;
  /** The page cannot go on. */
  readonly stop?: Failure;
}

/** What of the options of `open` the worker is told. */
export interface EngineOptions {
  readonly memoryBudgetBytes?: number | undefined;
  readonly blockSizeBytes?: number | undefined;
  readonly sstSizeBytes?: number | undefined;
  readonly compression?: 'lz4' | 'none' | undefined;
  readonly durability?: 'memory' | 'buffered' | 'synced' | undefined;
  /** Where neither file system nor IndexedDB may be used. */
  readonly fallback?: 'memory' | 'throw' | undefined;
}

/** From the worker to its page, beside frames. `waiting`: it stands in line for the engine's lock, and whoever asks for that from now on stands behind it. */
export type WorkerMessage =
  | { readonly waiting: true }
  | { readonly ready: { readonly backEnd: string } }
  | { readonly failed: Failure }
  | { readonly closed: true }
  | { readonly ask: RestoreQuestion };

/** A worker that has said nothing for so long is replaced; the next one has twice the time. */
export const STARTING_MS = 10_000;

export const channelName = (name: string): string => `varve:${name}`;
export const sessionChannelName = (name: string, session: string): string => `varve:${name}:${session}`;
/** Held by the tab that leads. */
export const leaderLock = (name: string): string => `varve:leader:${name}`;
/** Held by the worker while it has the database open. */
export const engineLock = (name: string): string => `varve:engine:${name}`;
/** Held by each page while it lives. */
export const clientLock = (client: string): string => `varve:client:${client}`;
