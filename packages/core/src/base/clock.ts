// Where time comes from: an argument everywhere, so that tests and the simulator can turn the hands. The only file that asks the system, and so the
// only one that names Date; dates as values are made and known here too.

/** Tells the time. */
export interface Clock {
  /** Milliseconds since 1970. May stand still or jump; whoever needs more (a time that never runs backwards) makes sure of it. */
  now(): number;
}

/** The host's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** True for a Date of this realm or another. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || Object.prototype.toString.call(value) === '[object Date]';
}

/** The date that stands for a moment; an invalid one for NaN. */
export function dateAt(ms: number): Date {
  return new Date(ms);
}
