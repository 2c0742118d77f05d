// The published kit: run it against every store and log that you write. See docs/STORE.md.

export { ConformanceError, type Check, type TestRunner } from './check.ts';
export { compareWithMap } from './engine/compare-with-map.ts';
export { openTexts, type EngineUnderTest, type TextDatabase, type TextSettings } from './engine/engine-subject.ts';
export { engineChecks, engineConformance, type EngineConformanceOptions } from './engine-conformance.ts';
export type { LogStoreUnderTest } from './logs/log-subject.ts';
export { logStoreChecks, logStoreConformance, type LogStoreConformanceOptions } from './log-store-conformance.ts';
export type { ObjectStoreUnderTest } from './objects/object-subject.ts';
export { objectStoreChecks, objectStoreConformance, type ObjectStoreConformanceOptions } from './object-store-conformance.ts';
