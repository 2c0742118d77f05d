// A way for messages between two ends: a worker's own, or a channel between tabs.

export interface Port {
  /** Hands a message over; its buffer may be gone afterwards. */
  post(message: Uint8Array<ArrayBuffer>): void;
  /** Called with each message that comes. */
  onmessage: ((message: Uint8Array<ArrayBuffer>) => void) | undefined;
  close(): void;
}
