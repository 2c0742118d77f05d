import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fsStore, storeOn } from './fs-store.ts';
import { encodeIdentity, thisProcess } from './process-identity.ts';

const here = thisProcess();
// Ids of processes end below this.
const DEAD = { ...here, pid: 2 ** 30, start: '' };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'varve-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const numbers = () =>
  readdirSync(join(directory, '_lock'))
    .map(Number)
    .sort((a, b) => a - b);

/** A lock file as another process would have left it. */
function leave(number: number, text: string): void {
  mkdirSync(join(directory, '_lock'), { recursive: true });
  writeFileSync(join(directory, '_lock', String(number).padStart(20, '0')), text);
}

const lockOf = (identity: typeof here) => `${encodeIdentity(identity)}\n2026-01-01T00:00:00.000Z\n`;

describe('a lock', () => {
  it('tells who holds it', () => {
    fsStore(directory).lock();
    const text = readFileSync(join(directory, '_lock', readdirSync(join(directory, '_lock'))[0]), 'utf8');
    expect(text).toMatch(new RegExp(`^${encodeIdentity(here)}\\n20\\d\\d-\\d\\d-\\d\\dT.*Z\\n$`));
  });

  it('is refused to the process that holds it', () => {
    expect(fsStore(directory).lock()).toBeDefined();
    expect(fsStore(directory).lock()).toBeUndefined();
  });

  it('does not block when its owner is dead', () => {
    leave(4, lockOf(DEAD));
    expect(fsStore(directory).lock()).toBeDefined();
    expect(numbers()).toEqual([5]);
  });

  it('does not block when the id of its owner was given to another process', () => {
    leave(4, lockOf({ ...here, start: '1' }));
    expect(fsStore(directory).lock()).toBeDefined();
  });

  it('does not block when the machine was started anew', () => {
    leave(4, lockOf({ ...here, boot: '00000000' }));
    expect(fsStore(directory).lock()).toBeDefined();
  });

  it.each(['', 'half a li', '\0\0\0\0\0'])('does not block when a power cut left %j of it', (text) => {
    leave(4, text);
    expect(fsStore(directory).lock()).toBeDefined();
  });

  it('blocks when its owner is on another host, until it is taken over', () => {
    leave(4, lockOf({ ...here, host: 'elsewhere', boot: '00000000' }));
    expect(fsStore(directory).lock()).toBeUndefined();
    const release = fsStore(directory).lock({ takeOver: true });
    expect(release).toBeDefined();
    expect(numbers()).toEqual([5]);
    release?.();
    expect(fsStore(directory).lock()).toBeDefined();
  });

  it('counts by its highest number only', () => {
    leave(3, lockOf(here));
    leave(4, lockOf(DEAD));
    expect(fsStore(directory).lock()).toBeDefined();
    expect(numbers()).toEqual([5]);
  });

  it('leaves one small file, however often it is taken and released', () => {
    for (let i = 0; i < 10; i++) {
      const release = fsStore(directory).lock();
      expect(release).toBeDefined();
      release?.();
      release?.();
    }
    expect(numbers()).toEqual([10]);
  });

  it('is not given up by whoever lost it', () => {
    const old = fsStore(directory).lock();
    fsStore(directory).lock({ takeOver: true });
    old?.();
    expect(fsStore(directory).lock()).toBeUndefined();
  });

  it('goes to the highest number when a lower one, long used and removed, was created by whoever looked too early', () => {
    leave(4, lockOf(DEAD));
    const overtaken = storeOn(directory, (existing, name) => {
      linkSync(existing, name);
      leave(7, lockOf(here));
    });
    expect(overtaken.lock()).toBeUndefined();
    expect(numbers()).toEqual([4, 7]);
  });

  it('works without hard links', () => {
    const refuse = () => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    };
    const release = storeOn(directory, refuse).lock();
    expect(storeOn(directory, refuse).lock()).toBeUndefined();
    expect(fsStore(directory).lock()).toBeUndefined();
    release?.();
    expect(fsStore(directory).lock()).toBeDefined();
    expect(numbers()).toEqual([2]);
  });
});
