import { expect, test } from 'vitest';
import { layerViolations } from './layers.mjs';

/**
 * @param {string} path
 * @param {string} specifier
 */
function violations(path, specifier) {
  return layerViolations([{ path, source: `import type { X } from '${specifier}';` }]);
}

test('a file may import its own folder and any lower line', () => {
  expect(violations('packages/core/src/flush/flush-job.ts', './flush-plan.ts')).toEqual([]);
  expect(violations('packages/core/src/flush/flush-job.ts', '../sst/sst-writer.ts')).toEqual([]);
  expect(violations('packages/core/src/index.ts', './db/open.ts')).toEqual([]);
  expect(violations('packages/core/src/heap/arena.ts', '@varve/wasm-kernels')).toEqual([]);
});

test('an import that points up is refused, though it is a type', () => {
  expect(violations('packages/core/src/base/bytes.ts', '../heap/arena.ts')).toEqual([
    'packages/core/src/base/bytes.ts: base may not import heap (packages/core/src/heap/arena.ts)',
  ]);
  expect(violations('packages/core/src/db/open.ts', '../index.ts')).toHaveLength(1);
});

test('an import that points sideways is refused', () => {
  expect(violations('packages/core/src/read/get.ts', '../write/batch.ts')).toHaveLength(1);
  expect(violations('packages/core/src/memtable/memtable.ts', '../cache/frames.ts')).toHaveLength(1);
});

test('a test may look sideways but not up', () => {
  expect(violations('packages/core/src/read/get.test.ts', '../write/batch.ts')).toEqual([]);
  expect(violations('packages/core/src/read/read-test-kit.ts', '../write/batch.ts')).toEqual([]);
  expect(violations('packages/core/src/read/get.test.ts', '../db/open.ts')).toHaveLength(1);
});

test('shipped code may not import what is for tests', () => {
  expect(violations('packages/core/src/read/get.ts', './read-test-kit.ts')).toHaveLength(1);
});

test('a file in a folder of no line is refused', () => {
  expect(violations('packages/core/src/utils/bytes.ts', '../base/bytes.ts')).toHaveLength(1);
  expect(violations('packages/core/src/bytes.ts', './base/bytes.ts')).toHaveLength(1);
  expect(violations('packages/unknown/src/index.ts', 'vitest')).toEqual(['packages/unknown/src/index.ts: the package stands on no line']);
});

test('packages import lower packages only, and by name', () => {
  expect(violations('packages/cli/src/main.ts', '@varve/adapter-fs')).toEqual([]);
  expect(violations('examples/src/start.ts', '@varve/cli')).toEqual([]);
  expect(violations('packages/core/src/db/open.ts', '@varve/adapter-fs')).toHaveLength(1);
  expect(violations('packages/adapter-fs/src/index.ts', '@varve/adapter-idb')).toHaveLength(1);
  expect(violations('packages/adapter-fs/src/index.ts', '../../core/src/index.ts')).toHaveLength(1);
});

test('a test may use any package', () => {
  expect(violations('packages/adapter-fs/src/fs-store.test.ts', '@varve/store-conformance')).toEqual([]);
  expect(violations('packages/core/src/store/memory-store.test.ts', '@varve/store-conformance')).toEqual([]);
});
