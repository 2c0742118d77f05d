// What a key space of a soak must hold: two versions of each key. Reads that go on beside writes may see anything between the one that was acknowledged
// when they began and the one that was issued when they had their moment. The arrays are made once, so that the model never grows.

import { describeValue, type SoakValues } from './soak-values.ts';

/** The versions of a stretch of keys that a read may see. */
export interface Moment {
  /** The first key of the stretch, and the one behind its last. */
  readonly from: number;
  readonly to: number;
  readonly least: Uint32Array;
  most: Uint32Array;
}

export class SpaceModel {
  readonly id: number;
  /** In order: what stands at n is the key with number n. */
  readonly keys: readonly string[];
  readonly issued: Uint32Array;
  readonly acknowledged: Uint32Array;
  readonly #values: SoakValues;

  constructor(id: number, count: number, values: SoakValues) {
    this.id = id;
    this.keys = Array.from({ length: count }, (_, i) => keyText(i)).sort();
    this.issued = new Uint32Array(count);
    this.acknowledged = new Uint32Array(count);
    this.#values = values;
  }

  get count(): number {
    return this.keys.length;
  }

  /** The next version of a key, which is now under way. */
  issue(key: number): number {
    return ++this.issued[key];
  }

  acknowledge(key: number, version: number): void {
    this.acknowledged[key] = Math.max(this.acknowledged[key], version);
  }

  /** A version that is there without having been issued here. */
  adopt(key: number, version: number): void {
    this.issued[key] = this.acknowledged[key] = version;
  }

  /** The whole key space was cleared. */
  clear(): void {
    for (let key = 0; key < this.count; key++) {
      let version = this.issued[key];
      while (!this.#values.isDeleted(this.id, key, version)) version++;
      this.adopt(key, version);
    }
  }

  valueOf(key: number, version: number): Uint8Array | undefined {
    return this.#values.valueOf(this.id, key, version);
  }

  matches(found: Uint8Array | undefined, key: number, version: number): boolean {
    return this.#values.matches(found, this.id, key, version);
  }

  /** What a read that begins now may see at least; `most` is to be set when it has had its moment. */
  begin(from = 0, to = this.count): Moment {
    const least = this.acknowledged.slice(from, to);
    return { from, to, least, most: least };
  }

  /** What a read that has had its moment may have seen at most. */
  end(moment: Moment): Moment {
    moment.most = this.issued.slice(moment.from, moment.to);
    return moment;
  }

  /** Throws unless one of the versions of the moment is what was found. */
  expect(found: Uint8Array | undefined, key: number, { from, least, most }: Moment, what: string): void {
    const [first, last] = [least[key - from], most[key - from]];
    for (let version = last; version >= first; version--) if (this.matches(found, key, version)) return;
    throw new Error(
      `wrong read: ${what} space=${this.id} key=${this.keys[key]} number=${key} versions=${first}..${last} found ${describeValue(found)}`,
    );
  }

  /** Bytes of keys and values that are there in these versions. */
  bytesOf(versions: Uint32Array): number {
    let bytes = 0;
    for (let key = 0; key < this.count; key++) {
      const length = this.#values.lengthOf(this.id, key, versions[key]);
      if (length > 0) bytes += length + this.keys[key].length;
    }
    return bytes;
  }

  /** Bytes of values of an earlier moment that are others now. */
  replacedBytes(versions: Uint32Array): number {
    let bytes = 0;
    for (let key = 0; key < this.count; key++) {
      if (versions[key] !== this.issued[key]) bytes += this.#values.lengthOf(this.id, key, versions[key]);
    }
    return bytes;
  }
}

/** Some keys are short, some have long beginnings in common. */
function keyText(index: number): string {
  if (index % 5 !== 0) return `key-${String(index).padStart(7, '0')}`;
  return `tenant/${index % 7}/collection-of-a-longer-name/${'x'.repeat(index % 50)}/${index}`;
}
