// A handle on a store whose owner dies at its n-th call, or stops there and goes on when the test says so.

import { StorageError, type MemoryCall, type MemoryFault, type MemoryStore } from '@varve/core';

export interface Mishap {
  readonly store: MemoryStore;
  /** So many calls came. */
  calls: number;
  /** The call of the mishap, in words. */
  at: string;
}

/** From the n-th call on nothing takes place any more; `after`: the n-th still does, but nobody hears of it. */
export function dyingAt(data: MemoryStore, nth: number, when: MemoryFault['when'], sync: boolean): Mishap {
  const error = new StorageError('UNAVAILABLE', 'this process is dead');
  const fault = ({ operation, name }: MemoryCall): MemoryFault | undefined => {
    if (operation === 'lock' || ++mishap.calls < nth) return undefined;
    if (mishap.calls > nth) return { when: 'before', error };
    mishap.at = `${operation} ${name}`;
    return { when, error };
  };
  const mishap: Mishap = { store: sync ? data.share({ fault }) : data.share({ sync: false, fault }), calls: 0, at: '' };
  return mishap;
}

/** The n-th call takes place only when `goOn` was called; `stopped` is fulfilled once it has come. */
export function stoppingAt(data: MemoryStore, nth: number): Mishap & { goOn(): void; readonly stopped: Promise<void> } {
  let goOn = (): void => undefined;
  let stop = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const delay = ({ operation, name }: MemoryCall): Promise<void> | undefined => {
    if (++mishap.calls !== nth) return undefined;
    mishap.at = `${operation} ${name}`;
    stop();
    return held;
  };
  const mishap = { store: data.share({ sync: false, delay }), calls: 0, at: '', goOn: () => goOn(), stopped };
  return mishap;
}
