// For tests: memtables and runs of SSTs in a guarded memory, read through the kernels the way the engine does: what is not resident is loaded, checked
// and put into a frame when a kernel asks for it.

import { Frames } from './frames-test-kit.ts';
import { GuardedMemory } from './guarded-memory-test-kit.ts';
import {
  ANSWER_BYTES,
  ANSWER_EPOCH,
  ANSWER_EXPIRY,
  ANSWER_KIND,
  ANSWER_LENGTH,
  ANSWER_OFFSET,
  ANSWER_PARTITION,
  ANSWER_SLOT,
  ANSWER_SST,
  ANSWER_VALUE,
  ANSWER_VALUE_LENGTH,
  PAGE_ENTRY_BYTES,
  RUN_ENTRY_BYTES,
  RUN_HEADER_BYTES,
  RUN_SST,
  SCAN_ANSWER,
  SCAN_COUNT,
  SCAN_EPOCH,
  SCAN_KEYS_ONLY,
  SCAN_LIMIT,
  SCAN_LONGEST_KEY,
  SCAN_LOWER,
  SCAN_LOWER_LENGTH,
  SCAN_LOWER_OPEN,
  SCAN_NOW,
  SCAN_PAGE,
  SCAN_PAGE_BYTES,
  SCAN_REVERSE,
  SCAN_STARTED,
  SCAN_UPPER,
  SCAN_UPPER_CLOSED,
  SCAN_UPPER_LENGTH,
  SCAN_USED,
  SCAN_VIEW,
  SOURCE_MEMTABLE,
  SOURCE_RUN,
  STATUS_FOUND,
  STATUS_NEED_BLOCK,
  STATUS_NEED_PARTITION,
  VIEW_COUNT,
  VIEW_FIRST_HIT_WINS,
  VIEW_HEADER_BYTES,
  VIEW_SOURCE_BYTES,
} from './layout.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { ReadingMemtable } from './reading-memtable-test-kit.ts';
import { encodeSst } from './reference-encoder-test-kit.ts';
import type { EncodedSst, EncodeSettings } from './reference-encoder-test-kit.ts';
import type { ReferenceEntry, ReferenceRange } from './reference-entry-test-kit.ts';

/** A source of a view: entries of a memtable in any order, or ascending entries of SSTs that follow each other. */
export type WorldSource =
  | { readonly kind: 'memtable'; readonly entries: readonly ReferenceEntry[] }
  | { readonly kind: 'run'; readonly ssts: readonly (readonly ReferenceEntry[])[] };

/** How a world is laid out. */
export interface WorldSettings extends Omit<EncodeSettings, 'id'> {
  readonly pages: number;
  readonly frames: number;
  readonly firstHitWins: boolean;
  readonly random: RandomNumbers;
  /** Chance in a hundred that an unpinned frame is lost whenever something is loaded. */
  readonly evictPercent: number;
  /** Room that memtables have left for entries to come. */
  readonly memtableSpare?: number | undefined;
  /** What the scan is told of the longest key, if not the truth. */
  readonly longestKey?: number | undefined;
}

/** What a get finds. */
export interface WorldHit {
  readonly kind: number;
  readonly epoch: bigint;
  readonly expiry: bigint;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** What a page of a scan is asked for. */
export interface PageRequest extends ReferenceRange {
  readonly reverse: boolean;
  readonly keysOnly: boolean;
  readonly epoch: bigint;
  readonly now: bigint;
  readonly limit: number;
  readonly pageBytes: number;
}

/** A page that was filled. */
export interface WorldPage {
  readonly status: number;
  readonly used: number;
  readonly entries: readonly { readonly key: Uint8Array<ArrayBuffer>; readonly value: Uint8Array<ArrayBuffer> }[];
}

const MAX_KEY = 66_000;
const MAX_PAGE = 0x20000;
const BEYOND_PAGE = 64;
const UNTOUCHED = 0x5a;
const MAX_CALLS = 100_000;
const NOT_CORRUPT = 1;

/** A view over sources, the youngest first. */
export class ReadingWorld {
  readonly guarded: GuardedMemory;
  readonly frames: Frames;
  /** SSTs by the address of their top index. */
  readonly ssts = new Map<number, EncodedSst>();
  readonly settings: WorldSettings;
  readonly view: number;
  readonly #answer: number;
  readonly #key: number;
  readonly #lower: number;
  readonly #upper: number;
  readonly #scan: number;
  readonly #page: number;
  readonly #longestKey: number;
  readonly #staging: number;
  readonly #stagingBytes: number;
  readonly #memtables = new Map<number, ReadingMemtable>();
  /** Things loaded so far. */
  loads = 0;
  /** Address of the residency word that a kernel asks to be filled. */
  neededSlot = 0;
  #counter = 0;

  constructor(sources: readonly WorldSource[], settings: WorldSettings) {
    this.settings = settings;
    this.guarded = new GuardedMemory(settings.pages);
    this.#answer = this.guarded.take(ANSWER_BYTES);
    this.#key = this.guarded.take(MAX_KEY);
    this.#lower = this.guarded.take(MAX_KEY);
    this.#upper = this.guarded.take(MAX_KEY);
    const addresses = sources.map((source, index) =>
      source.kind === 'run' ? this.#createRun(source.ssts) : this.#createMemtable(source.entries, index),
    );
    this.view = this.#createView(sources, addresses);
    const longest = [...this.ssts.values()].flatMap((sst) => [sst.longestBlock, sst.meta.length - sst.partitionsOffset]);
    const capacity = Math.ceil(Math.max(64, ...longest) / 64) * 64;
    this.frames = new Frames(this.guarded, settings.frames, capacity, settings.random);
    this.#stagingBytes = capacity * 2;
    this.#staging = this.guarded.take(this.#stagingBytes);
    this.#longestKey = settings.longestKey ?? longestKey(sources);
    this.#scan = this.guarded.take(this.#kernels.scanBytes(sources.length, this.#longestKey));
    this.#page = this.guarded.take(MAX_PAGE + BEYOND_PAGE);
  }

  /** Newest entry of the key with an epoch at most `epoch`. */
  get(key: Uint8Array, epoch: bigint): WorldHit | undefined {
    const { view, put, take } = this.guarded.memory;
    put(this.#key, key);
    const status = this.#untilResident(this.#answer, () => {
      return this.#kernels.viewGet(this.view, this.#key, key.length, lowOf(epoch), highOf(epoch), this.#answer);
    });
    if (status !== STATUS_FOUND) {
      if (status !== 0) throw new UnexpectedStatus(status);
      return undefined;
    }
    return {
      kind: view.getUint32(this.#answer + ANSWER_KIND, true),
      epoch: view.getBigUint64(this.#answer + ANSWER_EPOCH, true),
      expiry: view.getBigUint64(this.#answer + ANSWER_EXPIRY, true),
      value: take(view.getUint32(this.#answer + ANSWER_VALUE, true), view.getUint32(this.#answer + ANSWER_VALUE_LENGTH, true)),
    };
  }

  /** Adds an entry to the memtable that is source `index`. False when it is full. */
  insert(index: number, entry: ReferenceEntry): boolean {
    return this.#memtables.get(index)!.insert(entry);
  }

  /** Fills one page. `whileInterrupted` is called whenever something was missing, before it is loaded. */
  page(request: PageRequest, whileInterrupted: () => void = () => {}): WorldPage {
    if (request.pageBytes > MAX_PAGE) throw new RangeError('the page is larger than its room');
    this.#prepare(request);
    const status = this.#scanUntilResident(whileInterrupted);
    const { view } = this.guarded.memory;
    const count = view.getUint32(this.#scan + SCAN_COUNT, true);
    const used = view.getUint32(this.#scan + SCAN_USED, true);
    if (this.guarded.memory.take(this.#page + request.pageBytes, BEYOND_PAGE).some((byte) => byte !== UNTOUCHED)) {
      throw new Error('a kernel wrote behind the page');
    }
    return { status, used, entries: this.#readPage(count) };
  }

  /** Starts a page, gives it up where it is interrupted, and loads what was missing. False when nothing was. */
  interruptedPage(request: PageRequest): boolean {
    this.#prepare(request);
    const status = this.#kernels.scanPage(this.#scan);
    this.#kernels.scanEnd(this.#scan);
    this.#kernels.scanEnd(this.#scan);
    if (status !== STATUS_NEED_PARTITION && status !== STATUS_NEED_BLOCK) return false;
    this.#load(this.#scan + SCAN_ANSWER, status === STATUS_NEED_PARTITION);
    return true;
  }

  get #kernels() {
    return this.guarded.memory.kernels;
  }

  #createRun(ssts: readonly (readonly ReferenceEntry[])[]): number {
    const { view } = this.guarded.memory;
    const run = this.guarded.take(RUN_HEADER_BYTES + ssts.length * RUN_ENTRY_BYTES);
    view.setUint32(run, ssts.length, true);
    ssts.forEach((entries, index) => {
      const sst = encodeSst(entries, { ...this.settings, id: { term: 7, counter: ++this.#counter } });
      const top = this.guarded.put(sst.top);
      if (this.#kernels.topCheck(top, sst.top.length) !== NOT_CORRUPT) throw new Error('the top index is refused');
      this.ssts.set(top, sst);
      view.setUint32(run + RUN_HEADER_BYTES + index * RUN_ENTRY_BYTES + RUN_SST, top, true);
    });
    this.#kernels.runBuild(run);
    return run;
  }

  #createMemtable(entries: readonly ReferenceEntry[], index: number): number {
    const memtable = new ReadingMemtable(this.guarded, entries, this.settings.memtableSpare ?? 0);
    this.#memtables.set(index, memtable);
    return memtable.address;
  }

  #createView(sources: readonly WorldSource[], addresses: readonly number[]): number {
    const { view } = this.guarded.memory;
    const address = this.guarded.take(VIEW_HEADER_BYTES + sources.length * VIEW_SOURCE_BYTES);
    view.setUint32(address + VIEW_COUNT, sources.length, true);
    view.setUint32(address + VIEW_FIRST_HIT_WINS, this.settings.firstHitWins ? 1 : 0, true);
    sources.forEach((source, index) => {
      const field = address + VIEW_HEADER_BYTES + index * VIEW_SOURCE_BYTES;
      view.setUint32(field, source.kind === 'run' ? SOURCE_RUN : SOURCE_MEMTABLE, true);
      view.setUint32(field + 4, addresses[index], true);
    });
    return address;
  }

  #prepare(request: PageRequest): void {
    const { view } = this.guarded.memory;
    const set = (field: number, value: number) => view.setUint32(this.#scan + field, value, true);
    set(SCAN_VIEW, this.view);
    set(SCAN_REVERSE, request.reverse ? 1 : 0);
    set(SCAN_KEYS_ONLY, request.keysOnly ? 1 : 0);
    set(SCAN_LOWER, this.#putBound(this.#lower, request.lower));
    set(SCAN_LOWER_LENGTH, request.lower?.length ?? 0);
    set(SCAN_LOWER_OPEN, request.lowerOpen ? 1 : 0);
    set(SCAN_UPPER, this.#putBound(this.#upper, request.upper));
    set(SCAN_UPPER_LENGTH, request.upper?.length ?? 0);
    set(SCAN_UPPER_CLOSED, request.upperClosed ? 1 : 0);
    set(SCAN_LONGEST_KEY, this.#longestKey);
    set(SCAN_LIMIT, request.limit);
    set(SCAN_PAGE, this.#page);
    set(SCAN_PAGE_BYTES, request.pageBytes);
    set(SCAN_STARTED, 0);
    view.setBigUint64(this.#scan + SCAN_EPOCH, request.epoch, true);
    view.setBigUint64(this.#scan + SCAN_NOW, request.now, true);
    this.guarded.memory.bytes.fill(UNTOUCHED, this.#page + request.pageBytes, this.#page + request.pageBytes + BEYOND_PAGE);
  }

  #putBound(address: number, bound: Uint8Array | undefined): number {
    if (!bound) return 0;
    this.guarded.memory.put(address, bound);
    return address;
  }

  #readPage(count: number): WorldPage['entries'] {
    const { view, take } = this.guarded.memory;
    let at = this.#page;
    return Array.from({ length: count }, () => {
      const keyLength = view.getUint32(at, true);
      const valueLength = view.getUint32(at + 4, true);
      const start = at + PAGE_ENTRY_BYTES;
      const end = start + keyLength + valueLength;
      at = Math.ceil(end / 4) * 4;
      if (take(end, at - end).some((byte) => byte !== 0)) throw new Error('an entry of the page is not padded with zeros');
      return { key: take(start, keyLength), value: take(start + keyLength, valueLength) };
    });
  }

  #scanUntilResident(whileInterrupted: () => void): number {
    try {
      return this.#untilResident(this.#scan + SCAN_ANSWER, () => this.#kernels.scanPage(this.#scan), whileInterrupted);
    } finally {
      this.#kernels.scanEnd(this.#scan);
    }
  }

  /** Calls a kernel until it asks for nothing any more. */
  #untilResident(answer: number, call: () => number, whileInterrupted: () => void = () => {}): number {
    for (let calls = 0; calls < MAX_CALLS; calls++) {
      const status = call();
      if (status !== STATUS_NEED_PARTITION && status !== STATUS_NEED_BLOCK) return status;
      this.neededSlot = this.guarded.memory.view.getUint32(answer + ANSWER_SLOT, true);
      whileInterrupted();
      this.#load(answer, status === STATUS_NEED_PARTITION);
    }
    throw new Error('a kernel asks without end: it runs astray, or there are too few frames');
  }

  #load(answer: number, isPartition: boolean): void {
    const { view } = this.guarded.memory;
    const field = (offset: number) => view.getUint32(answer + offset, true);
    const sst = this.ssts.get(field(ANSWER_SST));
    if (!sst) throw new Error('a kernel asks for an unknown SST');
    const [slot, offset, length] = [field(ANSWER_SLOT), field(ANSWER_OFFSET), field(ANSWER_LENGTH)];
    if (view.getUint32(slot, true) !== 0) throw new Error('a kernel asks for something that is resident');
    this.frames.evictSome(this.settings.evictPercent, slot);
    if (isPartition) this.#loadPartition(sst, slot, offset, length);
    else this.#loadBlock(sst, slot, offset, length);
    if (field(ANSWER_PARTITION) >= view.getUint32(field(ANSWER_SST), true)) {
      throw new Error('a kernel names a partition that does not exist');
    }
    this.loads++;
  }

  #loadPartition(sst: EncodedSst, slot: number, offset: number, length: number): void {
    const { term, counter } = sst.id;
    if (offset + length > sst.meta.length) throw new CorruptError();
    this.frames.load(slot, length, (address) => {
      this.guarded.memory.put(address, sst.meta.subarray(offset, offset + length));
      if (this.#kernels.partitionCheck(address, length, term, counter, offset - sst.partitionsOffset) !== NOT_CORRUPT) {
        throw new CorruptError();
      }
    });
  }

  #loadBlock(sst: EncodedSst, slot: number, offset: number, length: number): void {
    const { term, counter } = sst.id;
    if (offset + length > sst.data.length || length > this.#stagingBytes) throw new CorruptError();
    this.guarded.memory.put(this.#staging, sst.data.subarray(offset, offset + length));
    const claimed = this.#kernels.blockPayloadLength(this.#staging, length);
    if (claimed > this.frames.capacity) throw new CorruptError();
    this.frames.load(slot, claimed, (address) => {
      if (this.#kernels.blockLoad(this.#staging, length, term, counter, offset, address, claimed) !== claimed) throw new CorruptError();
    });
  }
}

/** Bytes that were loaded are refused. */
export class CorruptError extends Error {}

/** A kernel returned what it should not. */
export class UnexpectedStatus extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status=${status}`);
    this.status = status;
  }
}

function longestKey(sources: readonly WorldSource[]): number {
  const entries = sources.flatMap((source) => (source.kind === 'run' ? source.ssts.flat() : source.entries));
  return entries.reduce((longest, entry) => Math.max(longest, entry.key.length), 0);
}

function lowOf(value: bigint): number {
  return Number(value & 0xffffffffn);
}

function highOf(value: bigint): number {
  return Number(value >> 32n);
}
