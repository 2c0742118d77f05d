// What a compactor tells while it works.

/** Something happened to a plan, which is named by its first id. Sizes in bytes. */
export type CompactorEvent =
  | { readonly kind: 'claimed'; readonly plan: string; readonly attempt: number; readonly level: number; readonly inputs: number }
  | {
      readonly kind: 'merged';
      readonly plan: string;
      readonly attempt: number;
      readonly level: number;
      readonly ssts: number;
      readonly readBytes: number;
      readonly writtenBytes: number;
    }
  /** Its writer has taken it back, or another attempt was faster. */
  | { readonly kind: 'abandoned'; readonly plan: string; readonly attempt: number }
  /** The attempt is over; the writer, or another compactor, goes on with the plan. */
  | { readonly kind: 'failed'; readonly plan: string; readonly attempt: number; readonly error: unknown }
  | { readonly kind: 'warning'; readonly message: string };
