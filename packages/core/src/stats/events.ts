// What the engine tells while it works: one callback, plain objects. A listener that throws is the application's problem, never the engine's.

/** Something happened. Sizes in bytes. */
export type EngineEvent =
  | { readonly kind: 'recovered'; readonly segments: number; readonly entries: number }
  | { readonly kind: 'flush'; readonly entries: number; readonly bytes: number }
  | {
      readonly kind: 'compaction';
      readonly level: number;
      readonly inputs: number;
      readonly readBytes: number;
      readonly writtenBytes: number;
      readonly moved: boolean;
      /** Somebody else did it. */
      readonly remote?: true;
    }
  /** Given out to be merged by somebody else, or taken back: why. */
  | { readonly kind: 'plan'; readonly plan: string; readonly inputs: number; readonly takenBack?: string }
  | { readonly kind: 'stall'; readonly reason: 'memtable' | 'level 0' }
  | { readonly kind: 'garbage'; readonly objects: number }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: unknown };

export type OnEvent = (event: EngineEvent) => void;

/** Calls the listener; its own failures are reported where uncaught errors go. */
export function tell(listener: OnEvent | undefined, event: EngineEvent): void {
  if (listener === undefined) return;
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
