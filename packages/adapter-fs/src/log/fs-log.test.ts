// What the kit cannot see of the log of a directory: which files it keeps, how long they are, and what it uses again.

import { closeSync, linkSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogStore } from '@varve/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fsStore, storeOn } from '../fs-store.ts';
import { FileSegment, type SegmentHome } from './file-segment.ts';

const AHEAD = 256 * 1024;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'varve-log-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const openLog = () => fsStore(directory).openLog();
const pathOf = (number: number) => join(directory, 'wal', `${String(number).padStart(20, '0')}.wal`);
const sizeOf = (number: number) => statSync(pathOf(number)).size;
const fileOf = (number: number) => statSync(pathOf(number)).ino;
const spares = () => readdirSync(join(directory, 'wal')).filter((name) => name.startsWith('_spare'));

function create(log: LogStore, number: number, sizeBytes = 2 ** 20): FileSegment {
  const segment = log.create(number, sizeBytes);
  if (!(segment instanceof FileSegment)) throw new Error(`segment ${number} was refused`);
  return segment;
}

/** A whole segment, synced and closed. */
async function write(log: LogStore, number: number, length = 1000): Promise<void> {
  const segment = create(log, number);
  segment.append(new Uint8Array(length).fill(number), 0);
  await segment.sync();
  await segment.close();
}

describe('a segment', () => {
  it('is as long as what was appended while nobody syncs', () => {
    const segment = create(openLog(), 1);
    segment.append(new Uint8Array(176), 0);
    segment.append(new Uint8Array(176), 176);
    expect(sizeOf(1)).toBe(352);
  });

  it('is kept ahead with zeros once syncs are in use', async () => {
    const segment = create(openLog(), 1);
    segment.append(new Uint8Array(176).fill(1), 0);
    await segment.sync();
    segment.append(new Uint8Array(176).fill(2), 176);
    expect(sizeOf(1)).toBe(176 + AHEAD);
    const file = readFileSync(pathOf(1));
    expect([file[175], file[176], file[351]]).toEqual([1, 2, 2]);
    expect(file.subarray(352).every((byte) => byte === 0)).toBe(true);
    for (let position = 352; position < AHEAD; position += 176) segment.append(new Uint8Array(176).fill(3), position);
    expect(sizeOf(1)).toBe(176 + AHEAD);
    segment.syncNow();
  });

  it('is kept ahead from its first append on where the log has been synced before', async () => {
    const log = openLog();
    await write(log, 1);
    create(log, 2).append(new Uint8Array(176), 0);
    expect(sizeOf(2)).toBe(AHEAD);
  });

  it('makes no room ahead of a large append', async () => {
    const segment = create(openLog(), 1);
    await segment.sync();
    segment.append(new Uint8Array(AHEAD + 1).fill(1), 0);
    expect(sizeOf(1)).toBe(AHEAD + 1);
  });

  it('is not kept ahead beyond what it was announced to become, nor is one in a recycled file', async () => {
    const log = openLog();
    const segment = create(log, 1, 1000);
    await segment.sync();
    segment.append(new Uint8Array(176).fill(1), 0);
    expect(sizeOf(1)).toBe(1000);
    segment.append(new Uint8Array(900).fill(1), 176);
    expect(sizeOf(1)).toBe(1076);
    await segment.close();
    await log.truncate(2);
    const recycled = create(log, 2, 800);
    recycled.append(new Uint8Array(176).fill(1), 0);
    expect(sizeOf(2)).toBe(800);
  });

  it('that is closed refuses appends, and syncs of what was not synced before, as CLOSED', async () => {
    const segment = create(openLog(), 1);
    segment.append(new Uint8Array(10), 0);
    await segment.sync();
    await segment.close();
    await segment.sync();
    segment.syncNow();
    expect(() => segment.append(new Uint8Array(10), 10)).toThrow(expect.objectContaining({ code: 'CLOSED' }));
    const unsynced = create(openLog(), 2);
    unsynced.append(new Uint8Array(10), 0);
    await unsynced.close();
    await expect(unsynced.sync()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(() => unsynced.syncNow()).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  it('whose sync failed fails every later one', async () => {
    const home: SegmentHome = { syncing: false, place: { directory, intent: 'write' }, *syncFolder() {}, closed() {} };
    // The system does not sync this device.
    const segment = new FileSegment(1, { descriptor: openSync('/dev/null', 'r+'), size: 0 }, 1000, home);
    segment.append(new Uint8Array(10), 0);
    await expect(segment.sync()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(`directory=${directory}`) });
    await expect(segment.sync()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(() => segment.syncNow()).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    await segment.close();
  });

  it('is closed with its log, after the syncs that are under way', async () => {
    const log = openLog();
    const segment = create(log, 1);
    segment.append(new Uint8Array(1000), 0);
    const pending = segment.sync();
    await log.close();
    await pending;
    expect(() => segment.append(new Uint8Array(10), 1000)).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });
});

describe('a truncated segment', () => {
  it('becomes the file of the next one', async () => {
    const log = openLog();
    await write(log, 1);
    const file = fileOf(1);
    await log.truncate(2);
    expect(spares()).toHaveLength(1);
    await write(log, 2, 500);
    expect([fileOf(2), spares()]).toEqual([file, []]);
    expect(readFileSync(pathOf(2)).subarray(0, 500)).toEqual(Buffer.alloc(500, 2));
  });

  it('is kept for later twice at most', async () => {
    const log = openLog();
    for (let number = 1; number <= 5; number++) await write(log, number);
    await log.truncate(6);
    expect([await log.segments(), spares().length]).toEqual([[], 2]);
    await write(log, 6);
    await write(log, 7);
    await write(log, 8);
    expect(spares()).toEqual([]);
    expect(new Set([6, 7, 8].map(fileOf)).size).toBe(3);
  });

  it('is unlinked while nobody syncs: a fresh file is quicker then', async () => {
    const log = openLog();
    const segment = create(log, 1);
    segment.append(new Uint8Array(10), 0);
    await segment.close();
    await log.truncate(2);
    expect(readdirSync(join(directory, 'wal'))).toEqual([]);
  });

  it('that another log has created is unlinked, since its writer may still hold it open', async () => {
    const stopped = openLog();
    const segment = create(stopped, 1);
    segment.append(new Uint8Array(10), 0);
    const successor = openLog();
    await write(successor, 2);
    await successor.truncate(2);
    expect(spares()).toEqual([]);
    await write(successor, 3);
    segment.append(new Uint8Array(1000).fill(0xff), 10);
    expect(readFileSync(pathOf(3)).subarray(0, 1000)).toEqual(Buffer.alloc(1000, 3));
    await segment.close();
  });

  it('that is still open is unlinked', async () => {
    const log = openLog();
    await write(log, 1);
    const open = create(log, 2);
    open.append(new Uint8Array(10), 0);
    await log.truncate(3);
    expect(spares()).toHaveLength(1);
    await write(log, 3);
    await write(log, 4);
    open.append(new Uint8Array(1000).fill(0xff), 10);
    for (const number of [3, 4]) expect(readFileSync(pathOf(number)).subarray(0, 1000)).toEqual(Buffer.alloc(1000, number));
    await open.close();
  });
});

describe('a spare file', () => {
  it('of an earlier log is used by the next', async () => {
    const log = openLog();
    await write(log, 1);
    const file = fileOf(1);
    await log.truncate(2);
    await log.close();
    const next = openLog();
    await write(next, 2);
    await write(next, 3);
    expect([fileOf(2) === file, fileOf(3), spares()]).toEqual([false, file, []]);
  });

  it('is used by one of two logs', async () => {
    const logs = [openLog(), openLog()];
    await write(logs[0], 1);
    await write(logs[1], 2);
    await logs[0].truncate(2);
    expect(spares()).toHaveLength(1);
    await write(logs[1], 3);
    await write(logs[0], 4);
    expect(fileOf(3)).not.toBe(fileOf(4));
    expect(readFileSync(pathOf(3)).subarray(0, 1000)).toEqual(Buffer.alloc(1000, 3));
  });

  it('that still has another name is not used', async () => {
    const log = openLog();
    await write(log, 1);
    await log.truncate(2);
    linkSync(join(directory, 'wal', spares()[0]), pathOf(9));
    await write(log, 10);
    expect(fileOf(10)).not.toBe(fileOf(9));
    expect(readFileSync(pathOf(9)).subarray(0, 1000)).toEqual(Buffer.alloc(1000, 1));
  });

  it('stays a spare when the number it was meant for is taken', async () => {
    const log = openLog();
    await write(log, 1);
    await log.truncate(2);
    await write(openLog(), 5);
    expect(log.create(5, 1000)).toBeUndefined();
    expect(spares()).toHaveLength(1);
    await write(log, 6);
    expect(spares()).toEqual([]);
  });

  it('is not used where there are no hard links', async () => {
    const refuse = () => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    };
    const log = storeOn(directory, refuse).openLog();
    await write(log, 1);
    await log.truncate(2);
    await write(log, 2);
    expect(readFileSync(pathOf(2)).subarray(0, 1000)).toEqual(Buffer.alloc(1000, 2));
    expect(spares()).toHaveLength(1);
  });
});

it('a file that stands in the folder by mistake is no segment', () => {
  create(openLog(), 1);
  for (const name of ['1.wal', '00000000000000000002.WAL', '00000000000000000003.wal.bak', '_spare~x']) {
    closeSync(openSync(join(directory, 'wal', name), 'w'));
  }
  expect(openLog().segments()).toEqual([{ number: 1, size: 0 }]);
});
