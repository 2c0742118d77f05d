// Public names of @varve/core/store: what adapters of stores have in common. A separate entry, so that programs which only use a database do not carry it.

export { requestsAreCutOff } from './base/cut-off.ts';
export { decodePublication, PUBLICATION_NAME, type Publication, type PublishedManifest } from './format/publication.ts';
export { createIfAbsent, type Creation, type Creator, type FailedTry } from './store/conditional-create.ts';
export { once } from './store/once.ts';
export { PartsInFlight } from './store/parts-in-flight.ts';
export { backOff, DEFAULT_PATIENCE, timeoutOf, type Patience } from './store/patience.ts';
export { probe, type Probed } from './store/probe.ts';
export { RangeReader, type FetchRange } from './store/range-reader.ts';
export { planRanges, type PlannedRange, type WantedRange } from './store/read-plan.ts';
export { UploadWriter, type Upload, type Uploads } from './store/upload-writer.ts';
