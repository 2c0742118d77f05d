// What the engine counted since it was opened. Plain numbers, incremented where things happen, copied out by `db.stats()`.

export class EngineStats {
  flushes = 0;
  flushedBytes = 0;
  compactions = 0;
  compactionReadBytes = 0;
  compactionWrittenBytes = 0;
  moves = 0;
  /** Writes that had to wait for a flush or a compaction. */
  stalls = 0;
  deletedObjects = 0;

  /** As they are now. */
  copy(): Omit<EngineStats, 'copy'> {
    const { flushes, flushedBytes, compactions, compactionReadBytes, compactionWrittenBytes, moves, stalls, deletedObjects } = this;
    return { flushes, flushedBytes, compactions, compactionReadBytes, compactionWrittenBytes, moves, stalls, deletedObjects };
  }
}
