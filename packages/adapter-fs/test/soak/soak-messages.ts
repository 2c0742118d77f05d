// What the process under load is told (one argument, JSON), and what it tells (soak-program.ts).

/** How a soak loads a database. */
export interface SoakSettings {
  readonly directory: string;
  readonly seed: number;
  /** What the database's own key space holds, about. */
  readonly liveBytes: number;
  readonly memoryBudgetBytes: number;
  /** The load ends with the shift in which one of these is reached. A shift lies between opening and closing. */
  readonly milliseconds: number;
  readonly shifts: number;
  readonly stepsPerShift: number;
  readonly sampleEveryMs: number;
}

/** What a moment of a soak looked like. Bytes, milliseconds. */
export interface SoakSample {
  readonly atMs: number;
  readonly shift: number;
  readonly operations: number;
  readonly writtenBytes: number;
  /** Keys and values that are there. */
  readonly liveBytes: number;
  /** Values of which only snapshots know. */
  readonly heldBytes: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  /** Undefined where nobody counts them. */
  readonly handles: number | undefined;
  readonly files: number;
  readonly storedBytes: number;
  /** How late timers were since the sample before. */
  readonly delayMs: number;
  readonly longestDelayMs: number;
  readonly snapshots: number;
}

/** What was there when everything was closed. */
export interface SoakRest {
  readonly atMs: number;
  readonly shift: number;
  readonly handles: number | undefined;
}

/** How a soak ended. */
export interface SoakEnd {
  /** After a compaction of everything, idle. */
  readonly liveBytes: number;
  readonly storedBytes: number;
  /** Names of files that nobody needed: idle, closed, and opened and closed once more. */
  readonly leftovers: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** One line. */
export type SoakMessage =
  | { readonly sample: SoakSample }
  | { readonly rest: SoakRest }
  | { readonly end: SoakEnd }
  | { readonly error: string };
