// A check: one promise of an interface, and what shows that it is kept. Checks know no test runner; they throw a ConformanceError that says what
// was promised and what was found.

import { StorageError, type StorageErrorCode } from '@varve/core';

/** One promise and its proof. */
export interface Check {
  /** The group it belongs to: `create`, `list`, ... */
  readonly theme: string;
  /** The promise, a sentence. */
  readonly title: string;
  /** Runs against a fresh store; rejects when the promise is broken. */
  run(): Promise<void>;
}

/** What a kit needs of a test runner. Vitest, Jest, Mocha, `node:test` and Deno's BDD module have both. */
export interface TestRunner {
  describe(title: string, body: () => void): unknown;
  it(title: string, body: () => Promise<void>): unknown;
}

/** A promise that was not kept. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}

/** Hands checks to a test runner, one group a theme. */
export function register(name: string, checks: readonly Check[], { describe, it }: TestRunner): void {
  describe(name, () => {
    for (const theme of new Set(checks.map((check) => check.theme))) {
      describe(theme, () => {
        for (const check of checks) if (check.theme === theme) it(check.title, () => check.run());
      });
    }
  });
}

/** Throws unless both are the same, compared as JSON (with undefined shown). */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (show(actual) !== show(expected)) throw new ConformanceError(`${what}: expected ${show(expected)}, found ${show(actual)}`);
}

/** Throws unless `actual` holds exactly the bytes of `expected`. */
export function expectBytes(what: string, actual: Uint8Array | undefined, expected: Uint8Array): void {
  if (actual === undefined) throw new ConformanceError(`${what}: missing`);
  if (actual.length !== expected.length) throw new ConformanceError(`${what}: expected ${expected.length} bytes, found ${actual.length}`);
  const at = expected.findIndex((byte, i) => byte !== actual[i]);
  if (at >= 0) throw new ConformanceError(`${what}: byte ${at} of ${expected.length} should be ${expected[at]}, is ${actual[at]}`);
}

/** Throws unless `action` throws or rejects with a StorageError of this code; returns the error. */
export async function expectStorageError(what: string, code: StorageErrorCode, action: () => unknown): Promise<StorageError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof StorageError && error.code === code) return error;
    throw new ConformanceError(`${what}: expected ${code}, found ${String(error)}`, { cause: error });
  }
  throw new ConformanceError(`${what}: expected ${code}, but it succeeded`);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (inner === undefined ? 'undefined' : inner)) ?? 'undefined';
}
