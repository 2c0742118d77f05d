// What a peer can do: the same calls for all, each done when its promise is fulfilled.

export interface Peer {
  /** Opens an empty place of this name. */
  open(name: string): Promise<void>;
  /** One commit each. `synced`: each survives a power cut. */
  put(key: string, value: Uint8Array, synced: boolean): unknown;
  /** One commit for all. */
  putBatch(keys: readonly string[], values: readonly Uint8Array[]): unknown;
  get(key: string): unknown;
  /** All entries in order. Returns how many there were. */
  scan(): unknown;
  /** The first ten entries from a key on. Returns how many there were. */
  seek(key: string): unknown;
  close(): Promise<void>;
}
