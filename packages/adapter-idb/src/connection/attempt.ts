// One try of some work in a transaction: its result, or why it failed and whether it may have taken place nevertheless.

import { isDecided } from './idb-errors.ts';
import type { Place, Reading, Writing } from './schema.ts';

/** Work inside a transaction. It may wait for the transaction's requests and for nothing else: else the transaction ends early. */
export type Work<Transaction, T> = (transaction: Transaction) => Promise<T>;

/** A try that failed. */
export class Failed {
  readonly error: unknown;
  /** It may have taken place: a transaction was on its way, and the answer was lost. */
  readonly unknown: boolean;

  constructor(error: unknown, unknown: boolean) {
    this.error = error;
    this.unknown = unknown;
  }
}

/** Reading is done when the work is. */
export async function attemptRead<Places extends Place, T>(
  transaction: Reading<Places>,
  work: Work<Reading<Places>, T>,
): Promise<T | Failed> {
  // Whatever ends the transaction early fails one of its requests as well, and that one is told.
  transaction.done.catch(() => undefined);
  try {
    return await work(transaction);
  } catch (error) {
    return new Failed(error, false);
  }
}

/** Writing is done when the transaction is. Work that throws leaves nothing. */
export async function attemptWrite<Places extends Place, T>(
  transaction: Writing<Places>,
  work: Work<Writing<Places>, T>,
): Promise<T | Failed> {
  const ended = transaction.done.then(
    () => undefined,
    (error: unknown) => new Failed(error, true),
  );
  try {
    const result = await work(transaction);
    const failed = await ended;
    if (failed === undefined) return result;
    const reason: unknown = transaction.error ?? failed.error;
    return new Failed(reason, !isDecided(reason));
  } catch (error) {
    const taken = !abort(transaction);
    await ended;
    // A request that ends with its transaction says so; why that ended is the transaction's to tell.
    const reason: unknown = transaction.error ?? error;
    return new Failed(reason, taken && !isDecided(reason));
  }
}

/** False: the transaction had ended, or was about to. */
function abort(transaction: { abort(): void }): boolean {
  try {
    transaction.abort();
    return true;
  } catch {
    return false;
  }
}
