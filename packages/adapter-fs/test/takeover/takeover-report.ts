// What is counted of a storm of takeovers.

/** What a storm of takeovers has been through. */
export class TakeoverReport {
  rounds = 0;
  directories = 0;
  writers = 0;
  /** Writers that were stopped, and those of them that had not opened the database yet. */
  stops = 0;
  stopsInOpen = 0;
  /** Stopped writers that went on and became the owner themselves. */
  lateOwners = 0;
  acknowledged = 0;
  /** Writes that were found though nobody had been told. */
  foundBeyond = 0;
  /** Writes that were told to be FENCED, and UNKNOWN. */
  fencedWrites = 0;
  unknownWrites = 0;
  flushes = 0;
  compactions = 0;
  /** Processes that took over from one of another runtime. */
  betweenRuntimes = 0;
}
