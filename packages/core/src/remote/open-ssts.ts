// SSTs of a plan are opened with their heads, which say whether they are what they are said to be. Heads come many at once.

import { allOf, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { SstInfo } from '../format/sst-info.ts';
import { settle, type Job } from '../scheduler/job.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';

const AT_ONCE = 32;

/** In their order. What is open when one cannot be is in `opened`, and nothing is on its way any more. */
export function* openSsts(catalog: SstCatalog, infos: readonly SstInfo[], opened: Sst[]): Job<void> {
  for (let i = 0; i < infos.length; i += AT_ONCE) {
    const some = infos.slice(i, i + AT_ONCE).map((info) => catalog.open(info));
    opened.push(...some);
    const failures: unknown[] = [];
    yield* settle(allOf(some.map((sst) => attempt(() => catalog.loadHeadAt(sst.top), failures))));
    if (failures.length > 0) throw failures[0] as Error;
  }
}

function attempt(load: () => MaybePromise<void>, failures: unknown[]): MaybePromise<void> {
  const failed = (error: unknown): void => void failures.push(error);
  try {
    const loading = load();
    return isPromise(loading) ? loading.catch(failed) : undefined;
  } catch (error) {
    return failed(error);
  }
}
