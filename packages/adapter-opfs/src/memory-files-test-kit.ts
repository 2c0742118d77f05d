// Files in memory that forget at a power cut what was not flushed, or some sectors of it.

import type { BlockFile } from './block-file.ts';
import type { OpenFiles, OpfsFiles } from './opfs-files.ts';

const SECTOR = 512;

export class MemoryFile implements BlockFile {
  #bytes: Uint8Array;
  #durable: Uint8Array;
  #isOpen = false;
  /** Called before each call that changes something; may throw. */
  fault: ((call: 'write' | 'truncate' | 'flush') => void) | undefined;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes;
    this.#durable = bytes.slice();
  }

  open(): boolean {
    if (this.#isOpen) return false;
    return (this.#isOpen = true);
  }

  close(): void {
    this.#isOpen = false;
  }

  read(into: Uint8Array, { at = 0 } = {}): number {
    this.#check();
    const piece = this.#bytes.subarray(at, at + into.length);
    into.set(piece);
    return piece.length;
  }

  write(bytes: Uint8Array, { at = 0 } = {}): number {
    this.#check();
    this.fault?.('write');
    if (at + bytes.length > this.#bytes.length) this.#resize(at + bytes.length);
    this.#bytes.set(bytes, at);
    return bytes.length;
  }

  truncate(size: number): void {
    this.#check();
    this.fault?.('truncate');
    this.#resize(size);
  }

  getSize(): number {
    this.#check();
    return this.#bytes.length;
  }

  flush(): void {
    this.#check();
    this.fault?.('flush');
    this.#durable = this.#bytes.slice();
  }

  /** What is there after a power cut: all that was flushed, and each later sector as `keeps` decides. */
  afterPowerCut(keeps: () => boolean = () => false): MemoryFile {
    const left = new Uint8Array(keeps() ? this.#bytes.length : this.#durable.length);
    left.set(this.#durable.subarray(0, left.length));
    for (let at = 0; at < left.length; at += SECTOR) {
      if (at < this.#bytes.length && keeps()) left.set(this.#bytes.subarray(at, Math.min(at + SECTOR, left.length)), at);
    }
    return new MemoryFile(left);
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, size));
    this.#bytes = bytes;
  }

  #check(): void {
    if (!this.#isOpen) throw new DOMException('the handle is closed', 'InvalidStateError');
  }
}

/** The files of one database in memory. */
export class MemoryFiles implements OpfsFiles {
  readonly objects: MemoryFile;
  readonly log: MemoryFile;
  readonly names: readonly [MemoryFile, MemoryFile];

  constructor([objects, log, first, second] = Array.from({ length: 4 }, () => new MemoryFile())) {
    this.objects = objects;
    this.log = log;
    this.names = [first, second];
  }

  get all(): readonly MemoryFile[] {
    return [this.objects, this.log, ...this.names];
  }

  readonly open: OpenFiles = async () => {
    const opened = this.all.map((file) => file.open());
    if (opened.every((isOpen) => isOpen)) return this;
    return undefined;
  };

  afterPowerCut(keeps?: () => boolean): MemoryFiles {
    return new MemoryFiles(this.all.map((file) => file.afterPowerCut(keeps)));
  }
}
