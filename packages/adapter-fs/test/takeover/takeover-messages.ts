// What the processes of a storm of takeovers tell (takeover-program.ts).

/** What a process found when it had opened the database: which operation wrote the value of each key. */
export interface Found {
  readonly term: number;
  readonly entries: readonly (readonly [key: string, writer: string])[];
}

/** A write that was refused. */
export interface Rejection {
  readonly n: number;
  readonly code: string;
  readonly cause: string | undefined;
}

/** Why a writer could not open. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** How a writer ends that was overtaken. */
export interface Fenced {
  readonly rejections: readonly Rejection[];
  /** Codes of the errors with which later calls ended, or `done`. */
  readonly after: Readonly<Record<'put' | 'putSync' | 'batch' | 'flush' | 'sync' | 'get' | 'close', string>>;
}

/** What a process found that checked everything. */
export interface Checked {
  readonly found: Found;
  readonly problems: readonly string[];
  readonly leftovers: readonly string[];
}

/** One line. Numbers are those of operations that were acknowledged. */
export type Message =
  | number
  | { readonly opening: true }
  | { readonly found: Found }
  | { readonly event: string }
  | { readonly refused: Refusal }
  | { readonly fenced: Fenced }
  | { readonly closed: true }
  | { readonly checked: Checked }
  | { readonly error: string };
