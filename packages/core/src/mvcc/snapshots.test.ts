// Which epochs are claimed, and what becomes of claims whose owners are forgotten.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Snapshots } from './snapshots.ts';
import { ToldRegistry } from './told-registry-test-kit.ts';

const at = (low: number, high = 1) => ({ high, low });
const collect = (owner: object): void => ToldRegistry.last!.collect(owner);

let warnings: string[];
let snapshots: Snapshots;

beforeEach(() => {
  vi.stubGlobal('FinalizationRegistry', ToldRegistry);
  warnings = [];
  snapshots = new Snapshots((warning) => warnings.push(warning));
});
afterEach(() => void vi.unstubAllGlobals());

describe('claims on epochs', () => {
  it('are none at first', () => {
    expect(snapshots.count).toBe(0);
    expect(snapshots.epochs()).toEqual([]);
  });

  it('are listed ascending by term, then by count, each epoch once', () => {
    for (const epoch of [at(7), at(3, 2), at(0xffffffff), at(7), at(3), at(0, 2)]) snapshots.pin({}, epoch);
    expect(snapshots.epochs()).toEqual([at(3), at(7), at(0xffffffff), at(0, 2), at(3, 2)]);
    expect(snapshots.count).toBe(6);
  });

  it('end when they are released, one at a time, and once only', () => {
    const [first, second] = [snapshots.pin({}, at(7)), snapshots.pin({}, at(7))];
    first.release();
    first.release();
    expect(snapshots.count).toBe(1);
    expect(snapshots.epochs()).toEqual([at(7)]);
    second.release();
    expect(snapshots.epochs()).toEqual([]);
  });

  it('may be several of one owner', () => {
    const owner = {};
    const [first, second] = [snapshots.pin(owner, at(1)), snapshots.pin(owner, at(2))];
    first.release();
    expect(snapshots.epochs()).toEqual([at(2)]);
    second.release();
    expect(snapshots.epochs()).toEqual([]);
  });
});

describe('the claim of an owner that was collected', () => {
  it('ends, and the warning is told once', () => {
    const owner = {};
    const pin = snapshots.pin(owner, at(7), 'dropped without close()');
    snapshots.pin({}, at(8));
    collect(owner);
    expect(snapshots.epochs()).toEqual([at(8)]);
    expect(warnings).toEqual(['dropped without close()']);
    pin.release();
    collect(owner);
    expect(warnings).toHaveLength(1);
  });

  it('ends quietly when it has no warning: a scan that was left in the middle is no mistake', () => {
    const owner = {};
    snapshots.pin(owner, at(7));
    collect(owner);
    expect(snapshots.count).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('is not told when it was released before', () => {
    const owner = {};
    snapshots.pin(owner, at(7), 'dropped without close()').release();
    collect(owner);
    expect(warnings).toEqual([]);
  });

  it('is not told when the collector found the owner before the release, but came to say so after it', () => {
    const owner = {};
    const pin = snapshots.pin(owner, at(7), 'dropped without close()');
    vi.spyOn(ToldRegistry.last!, 'unregister').mockReturnValue(false);
    pin.release();
    collect(owner);
    expect(warnings).toEqual([]);
    expect(snapshots.count).toBe(0);
  });
});
