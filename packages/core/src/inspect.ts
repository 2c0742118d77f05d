// Public names of @varve/core/inspect: what stands in the objects of a database, for tools and humans. A separate entry, so that programs which only
// use a database do not carry it. It reads objects only: it takes no lock, writes nothing, and a writer may be at work meanwhile.

export type { EntryKind, InspectedEntry } from './inspect/entry.ts';
export { inspectManifest, listManifests, readState, type InspectedManifest } from './inspect/manifest.ts';
export type { InspectedRecord } from './inspect/records.ts';
export { inspectSegment, type InspectedSegment } from './inspect/segment.ts';
export { inspectSst, listSsts, type InspectedBlock, type InspectedPartition, type InspectedSst, type StoredSst } from './inspect/sst.ts';

export { SstPlaces } from './version/ancestors.ts';
export { idText, parseId, sstName, type ObjectId } from './format/object-names.ts';
export type { SstInfo } from './format/sst-info.ts';
export type { EditJson, EditsJson, SnapshotJson } from './version/manifest-format.ts';
export type { ManifestState } from './version/manifest-state.ts';
