// Public names of @varve/core/object-log: a log over any store of objects. A separate entry, so that programs whose store has a log of its own do not
// carry it.

export { objectLog } from './reader/followable-log.ts';
