// How far a write has to get before it is acknowledged (docs/DURABILITY.md).

/**
 * `memory`: goes to the log, is not waited for. `buffered`: handed to the system, survives a crash of the process. `synced`: survives a power
 * cut.
 */
export type Durability = 'memory' | 'buffered' | 'synced';
