// What every database in the comparison has to do. Each driver uses its database in the best way that its documentation offers, and says which.
// Keys go in as strings and come out as strings or bytes, whichever is the database's own way; values are bytes of their own: nothing may be
// overwritten by a later call.

/** What a database may use, and how safe a finished write is. */
export interface PeerOptions {
  /** `buffered`: survives the end of the process. `synced`: survives a power cut. */
  readonly durability: 'buffered' | 'synced';
  /** Memory for caches and buffers, as far as the database lets itself be told. Undefined: whatever it takes when nobody tells it. */
  readonly memoryBytes: number | undefined;
}

export type Key = string | Uint8Array;
export type Visit = (key: Key, value: Uint8Array) => void;

/** The key as a string, outside of what is measured. */
export function keyText(key: Key): string {
  return typeof key === 'string' ? key : Buffer.from(key).toString('latin1');
}

export interface PeerDatabase {
  /** Writes all entries as one commit. */
  putBatch(keys: readonly string[], values: readonly Uint8Array[]): Promise<void>;
  /** One commit a call; several may be under way. */
  put(key: string, value: Uint8Array): Promise<unknown>;
  deleteBatch(keys: readonly string[]): Promise<void>;
  getSync(key: string): Uint8Array | undefined;
  /** The way an ordinary program reads: with await. */
  get(key: string): Promise<Uint8Array | undefined>;
  getMany(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Every entry in order. */
  scan(reverse: boolean, visit: Visit): Promise<void>;
  /** `count` entries from `key` on. */
  seek(key: string, count: number, visit: Visit): Promise<void>;
  /** Waits until nothing is left to do in the background. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface Peer {
  readonly name: string;
  /** The package whose version is shown. */
  readonly module: string;
  /** Which calls and settings are used. */
  readonly notes: string;
  open(folder: string, options: PeerOptions): Promise<PeerDatabase>;
}
