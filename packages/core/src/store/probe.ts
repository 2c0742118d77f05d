// Does an object storage keep the one promise that all safety rests on? Some take a condition and ignore it, some ignore it for large objects or while two
// requests run at once. So before the first conditional write two creators race for a name, with bytes of the size of a large manifest, and a third one comes
// late (docs/PROTOCOL.md, rule 1). Names of probes have a character that no object's name has.

import { StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import { systemRandom } from '../base/random.ts';

const PROBE_BYTES = 131_072;

/** What is probed. */
export interface Probed {
  /** What it has to keep to, for the message. */
  readonly condition: string;
  createIfAbsent(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  get(name: string): Promise<Uint8Array | undefined>;
  delete(names: readonly string[]): Promise<void>;
}

/** Throws STORE_UNSAFE unless exactly one of several creators wins. What it returns takes the object away that was made for it. */
export async function probe(store: Probed): Promise<() => Promise<void>> {
  const name = `_probe/${randomHex(systemRandom, 16)}`;
  const racers = [uniqueBytes(), uniqueBytes()];
  const remove = (): Promise<void> => store.delete([name]).catch(() => undefined);
  try {
    const racing = racers.map((bytes) => store.createIfAbsent(name, bytes));
    const late = firstWon(racing).then(() => store.createIfAbsent(name, uniqueBytes()));
    const reading = Promise.allSettled(racing).then(() => store.get(name));
    const [found, ...answers] = await Promise.allSettled([reading, ...racing, late]);
    const wins = answers.map(answerOf);
    const winners = wins.filter(Boolean).length;
    if (winners !== 1) throw unsafe(store, `creators=${wins.length} winners=${winners}`);
    if (!isSame(answerOf(found), racers[wins.indexOf(true)])) throw unsafe(store, 'the winner reads bytes of another');
    return remove;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Resolves when somebody has won, or nobody has. */
async function firstWon(racing: readonly Promise<boolean>[]): Promise<void> {
  const winners = racing.map(async (creation) => {
    if (!(await creation)) throw new Error('lost');
  });
  await Promise.any(winners).catch(() => undefined);
}

function uniqueBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PROBE_BYTES);
  systemRandom.fill(bytes.subarray(0, 32));
  return bytes;
}

function answerOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function unsafe({ condition }: Probed, seen: string): StorageError {
  const words = `this object storage does not keep to ${condition}: two writers could both believe that they won, and data would be lost`;
  return new StorageError('STORE_UNSAFE', `${words} ${seen}`);
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
