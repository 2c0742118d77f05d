// Who runs where. Each machine is cut off on its own (src/world/machine.ts).

/** The database is opened on the first of them, and on the other one when that is cut off and somebody takes over. */
export const WRITERS = [0, 1] as const;
export const FOLLOWER = 2;
export const KEEPER = 3;
/** Compactors, by their numbers. */
export const COMPACTORS = [4, 5] as const;
/** Who makes clones and deletes them. */
export const CLONER = 6;
/** Writers of clones. */
export const CLONES = [7, 8] as const;
export const MACHINES = 9;
