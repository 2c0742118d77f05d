// The JSON of manifests: what was written is what is read, edit by edit, and what a reader does not know it refuses.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import type { SstInfo, SstInfoJson } from '../format/sst-info.ts';
import { sstInfoToJson } from '../format/sst-info.ts';
import { applyEdits, snapshotFromJson, snapshotToJson, sstsEdit, type EditJson, type SnapshotJson } from './manifest-format.ts';
import type { ManifestState } from './manifest-state.ts';
import { countersOf, manifestState, sstInfo, versionOf } from './version-test-kit.ts';

/** As it comes out of a stored object. */
const stored = <T>(json: T): T => JSON.parse(JSON.stringify(json)) as T;

/** The state after edits that were stored. */
function after(state: ManifestState, ...edits: EditJson[]): ManifestState {
  return applyEdits(state, stored({ term: '3', nonce: 'nonce-33', parentNonce: state.nonce, edits }));
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
}

describe('a snapshot manifest', () => {
  it('holds the whole state', () => {
    const state = manifestState();
    expect(snapshotFromJson(32, stored(snapshotToJson(state)))).toEqual(state);
  });

  it('writes 64-bit numbers as decimal strings and keys as base64', () => {
    const json = snapshotToJson(manifestState({ safeEpoch: 2n ** 63n + 1n }));
    expect(json).toMatchObject({ term: '3', logPosition: '7', safeEpoch: '9223372036854775809', pendingFrom: '4', nextObject: '6' });
    expect(json.levels[1][1]).toMatchObject({
      id: '0000000001-0000000002',
      smallest: 'MDAwNQ==',
      largest: 'MDAwNg==',
      maxEpoch: '8589934597',
    });
    expect(snapshotFromJson(32, stored(json)).safeEpoch).toBe(2n ** 63n + 1n);
  });

  const json = (more: object): SnapshotJson => ({ ...snapshotToJson(manifestState()), ...more });

  it('is refused when it requires a feature that this version does not have; optional ones are not looked at', () => {
    const run = (): unknown => snapshotFromJson(32, json({ required: ['value-log'] }));
    expect(codeOf(run)).toBe('UNSUPPORTED');
    expect(run).toThrow('feature=value-log');
    expect(codeOf(() => snapshotFromJson(32, json({ optional: ['statistics'] })))).toBe('none');
  });

  it('is refused when its epochs are counted in another way', () => {
    expect(codeOf(() => snapshotFromJson(32, json({ epochs: 'managed' })))).toBe('UNSUPPORTED');
  });

  it('is damaged when its levels are not seven, or an SST has no proper id', () => {
    const run = (): unknown => snapshotFromJson(32, json({ levels: [[], []] }));
    expect(codeOf(run)).toBe('CORRUPTION');
    expect(run).toThrow('object=manifest/00000000000000000032.manifest');
    const levels = json({}).levels.map((level) => level.map((sst) => ({ ...sst, id: '1-1' })));
    expect(codeOf(() => snapshotFromJson(32, json({ levels })))).toBe('CORRUPTION');
  });

  it.each(['origin', 'viewLower', 'viewUpper', 'rangeDeletes', 'assignedEpoch', 'segment', 'valueLog', 'encryptionKey'])(
    'is refused when an SST has the field %s, which this version would ignore',
    (field) => {
      const levels = json({}).levels.map((level) => level.map((sst) => ({ ...sst, [field]: 'x' })));
      const run = (): unknown => snapshotFromJson(32, json({ levels }));
      expect(codeOf(run)).toBe('UNSUPPORTED');
      expect(run).toThrow(`field=${field}`);
    },
  );
});

describe('an edit manifest', () => {
  it('counts on, and says who wrote it after which', () => {
    const next = applyEdits(manifestState(), { term: '4', nonce: 'mine', parentNonce: 'nonce-32', edits: [] });
    expect(next).toEqual({ ...manifestState(), number: 33, term: 4, nonce: 'mine', parentNonce: 'nonce-32' });
  });

  it('applies its edits in order, and changes nothing else', () => {
    const state = manifestState();
    const next = after(state, { kind: 'log', position: '8' }, { kind: 'log', position: '9' });
    expect(next).toEqual({ ...state, number: 33, nonce: 'nonce-33', parentNonce: 'nonce-32', logPosition: 9 });
    expect(state).toEqual(manifestState());
  });

  it('log: how far the SSTs go is told on, also by a snapshot, and never goes back', () => {
    const state = after(manifestState(), { kind: 'log', position: '8', epoch: '90' }, { kind: 'log', position: '9', epoch: '80' });
    expect(state).toMatchObject({ logPosition: 9, flushedEpoch: 90n });
    expect(after(state, { kind: 'log', position: '10' })).toMatchObject({ flushedEpoch: 90n });
    expect(snapshotFromJson(state.number, snapshotToJson(state))).toMatchObject({ flushedEpoch: 90n });
    const { flushedEpoch, ...older } = snapshotToJson(state);
    expect([flushedEpoch, snapshotFromJson(state.number, older).flushedEpoch]).toEqual(['90', 0n]);
  });

  it('claim: object numbers begin again, since they belong to the term', () => {
    expect(after(manifestState(), { kind: 'claim' })).toMatchObject({ nextObject: 1, pendingFrom: 1 });
  });

  it('ssts: some go, some come', () => {
    const state = manifestState();
    const next = after(state, sstsEdit([state.version.levels[0][0]], 1, [sstInfo(5, 7, 8)]));
    expect(countersOf(next.version)).toEqual([[], [1, 2, 5]]);
    expect(next.version.levels[1][2]).toEqual(sstInfo(5, 7, 8));
  });

  it('ssts: what goes is known as retired until the floor has reached it; what only moves is not', () => {
    const state = manifestState();
    const [[young], [left, right]] = state.version.levels as [SstInfo[], SstInfo[]];
    const gone = after(state, sstsEdit([young!], 1, []), { kind: 'clock', now: String(state.now + 5), safeEpoch: '0' });
    expect(gone.retired).toEqual([{ id: young!.id, number: state.number + 1, at: state.now + 5 }]);
    const moved = after(gone, sstsEdit([left!], 2, [left!]));
    expect(moved.retired).toEqual(gone.retired);
    const more = after(moved, sstsEdit([right!], 2, []));
    expect(more.retired.map(({ id, number }) => [id.counter, number])).toEqual([
      [3, state.number + 1],
      [2, state.number + 3],
    ]);
    expect(snapshotFromJson(more.number, snapshotToJson(more))).toEqual(more);
    const raised = after(more, { kind: 'objects', pendingFrom: '4', next: '6', floor: String(state.number + 2) });
    expect(raised.floor).toBe(state.number + 2);
    expect(raised.retired).toEqual(more.retired.slice(1));
    expect(snapshotFromJson(raised.number, snapshotToJson(raised))).toEqual(raised);
  });

  it('objects: a floor may rise over what goes with it, never sinks, and is never above its manifest', () => {
    const state = manifestState();
    const [[young]] = state.version.levels as [SstInfo[]];
    const floor = (n: number): EditJson => ({ kind: 'objects', pendingFrom: '4', next: '6', floor: String(n) });
    const next = after(state, sstsEdit([young!], 1, []), floor(state.number + 1));
    expect(next).toMatchObject({ floor: state.number + 1, retired: [] });
    expect(after(next, floor(1)).floor).toBe(state.number + 1);
    expect(() => after(state, floor(state.number + 2))).toThrow(expect.objectContaining({ code: 'CORRUPTION' }));
  });

  it('objects: which counters are taken, and from which on objects may be under way', () => {
    expect(after(manifestState(), { kind: 'objects', pendingFrom: '8', next: '11' })).toMatchObject({ pendingFrom: 8, nextObject: 11 });
  });

  it('clock: neither time nor the safe epoch runs backwards', () => {
    const { now, safeEpoch } = manifestState();
    expect(after(manifestState(), { kind: 'clock', now: String(now + 5), safeEpoch: String(safeEpoch + 7n) })).toMatchObject({
      now: now + 5,
      safeEpoch: safeEpoch + 7n,
    });
    expect(after(manifestState(), { kind: 'clock', now: String(now - 5), safeEpoch: '77' })).toMatchObject({ now, safeEpoch });
  });

  it('keyspace, drop-keyspace: the id of a dropped one is never given again', () => {
    const space = { id: 4, name: 'words', keys: 'utf8', values: 'utf8' };
    const made = after(manifestState(), { kind: 'keyspace', space });
    expect(made.keySpaces).toEqual([...manifestState().keySpaces, space]);
    expect(made.nextKeySpace).toBe(5);
    const dropped = after(made, { kind: 'drop-keyspace', id: 4 });
    expect(dropped.keySpaces).toEqual(manifestState().keySpaces);
    expect(dropped.nextKeySpace).toBe(5);
  });

  it('is refused with an edit of a kind that this version does not know', () => {
    const run = (): unknown => after(manifestState(), { kind: 'log', position: '9' }, { kind: 'checkpoint' } as unknown as EditJson);
    expect(codeOf(run)).toBe('UNSUPPORTED');
    expect(run).toThrow('kind=checkpoint');
  });

  it('is refused or damaged with an SST that this version cannot name or read', () => {
    const added = (sst: SstInfoJson): EditJson => ({ kind: 'ssts', removed: [], added: [{ level: 1, sst }] });
    const json = sstInfoToJson(sstInfo(5, 7, 8));
    expect(codeOf(() => after(manifestState(), added({ ...json, assignedEpoch: '5' })))).toBe('UNSUPPORTED');
    expect(codeOf(() => after(manifestState(), added({ ...json, id: 'five' })))).toBe('CORRUPTION');
    expect(codeOf(() => after(manifestState(), { kind: 'ssts', removed: ['five'], added: [] }))).toBe('CORRUPTION');
  });

  it('one after the other, edits make what a snapshot of the end holds', () => {
    const edits = [sstsEdit([], 0, [sstInfo(6, 0, 3)]), sstsEdit([sstInfo(6, 0, 3)], 2, [sstInfo(7, 0, 3)])];
    const end = edits.reduce((state, edit) => after(state, edit), manifestState({ version: versionOf([]) }));
    expect(countersOf(end.version)).toEqual([[], [], [7]]);
    expect(snapshotFromJson(end.number, stored(snapshotToJson(end)))).toEqual(end);
  });
});
