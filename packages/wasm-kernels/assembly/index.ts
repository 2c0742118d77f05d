// What the WebAssembly module exports: the functions of src/kernels.ts, each from the file of its kernel, and a few small ones that tests drive.
// Name the exports: what kernels share among each other is imported from their files and does not belong here.

export { xxh64 } from './xxh64';
export { hash64 } from './hash';
export { lz4Compress, lz4Decompress } from './lz4';
export { recordSeal, recordCheck } from './record';
export { memtableInit, memtableRoom } from './memtable';
export { memtableInsert } from './memtable-insert';
export { memtableGet } from './memtable-seek';
export { blockLoad, blockPayloadLength } from './block-load';
export { partitionCheck } from './partition';
export { topCheck } from './top-index';
export { runBuild } from './run';
export { viewGet } from './view-get';
export { scanPage, scanEnd } from './scan';
export { scanBytes } from './scan-layout';
export { mergeInputBytes, mergeBytes, mergeInput, mergeStart, mergeRun } from './merge';

// For tests only: not in src/kernels.ts but in src/memory-test-kit.ts.
export { bloomAdd, bloomProbe } from './bloom';
export {
  commonPrefix,
  compareBytes,
  copyBytes,
  loadWindow,
  readVarint32,
  readVarint64,
  varint64Next,
  varintBytes,
  writeVarint,
} from './bytes';
export { memtableFirst, memtableLast, memtableNext, memtablePrevious, memtableSeekGe, memtableSeekLt } from './memtable-seek';
