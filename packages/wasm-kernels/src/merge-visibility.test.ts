import { describe, expect, it } from 'vitest';
import { KIND_DELETE, KIND_MERGE, KIND_POINTER, KIND_PUT, KIND_RANGE_DELETE } from './layout.ts';
import { runMerge } from './merge-job-test-kit.ts';
import { roomySettings } from './merge-random-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { checkedEntries } from './sst-rules-test-kit.ts';

const kinds = { put: KIND_PUT, delete: KIND_DELETE, pointer: KIND_POINTER, range: KIND_RANGE_DELETE, operand: KIND_MERGE };
const kindNames = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [kind, name]));

describe('visibility in a merge', () => {
  it('keeps the newest version and drops what nobody sees', () => {
    expect(kept('put@9 put@8 put@3')).toBe('put@9');
    expect(kept('delete@9 put@8')).toBe('delete@9');
  });

  it('keeps what a reader sees, from its own epoch up to the one before the next newer version', () => {
    expect(kept('put@9 put@8 put@3', { readers: [3n] })).toBe('put@9 put@3');
    expect(kept('put@9 put@8 put@3', { readers: [7n] })).toBe('put@9 put@3');
    expect(kept('put@9 put@8 put@3', { readers: [8n] })).toBe('put@9 put@8');
    expect(kept('put@9 put@8 put@3', { readers: [2n] })).toBe('put@9');
    expect(kept('put@9 put@8 put@3', { readers: [9n, 12n] })).toBe('put@9');
    expect(kept('put@9 put@8 put@3', { readers: [1n, 3n, 4n, 8n, 20n] })).toBe('put@9 put@8 put@3');
  });

  it('counts a version that was dropped as the next newer one', () => {
    expect(kept('put@9 put@6 put@5 put@4', { readers: [5n] })).toBe('put@9 put@5');
  });

  it('judges each key by itself', () => {
    expect(kept('put@9 put@8', {}, ['a', 'b'])).toBe('a:put@9 b:put@9');
    expect(kept('delete@9 put@8', { bottom: true }, ['a', 'b'])).toBe('');
  });

  it('keeps operands, and their base down to the first put or delete', () => {
    expect(kept('operand@9 operand@8 put@7 put@6')).toBe('operand@9 operand@8 put@7');
    expect(kept('operand@9 delete@8 put@7')).toBe('operand@9 delete@8');
    expect(kept('put@9 operand@8 pointer@7 put@6')).toBe('put@9 operand@8 pointer@7');
  });

  it('drops a delete at the bottom, with all that is older, when every reader sees it', () => {
    expect(kept('put@9 delete@8 put@7', { bottom: true, readers: [8n] })).toBe('put@9');
    expect(kept('delete@8 put@7 operand@6 delete@5', { bottom: true })).toBe('');
    expect(kept('operand@9 delete@8 put@7', { bottom: true })).toBe('operand@9');
  });

  it('keeps a delete at the bottom that a reader does not see, and what that reader sees', () => {
    expect(kept('delete@8 put@5 put@4', { bottom: true, readers: [6n] })).toBe('delete@8 put@5');
    expect(kept('delete@8 put@5', { bottom: true, readers: [2n] })).toBe('delete@8');
  });

  it('turns expired puts and pointers into deletes, and no others', () => {
    expect(kept('put@9!50 put@8', { now: 50n })).toBe('delete@9');
    expect(kept('pointer@9!49', { now: 50n })).toBe('delete@9');
    expect(kept('put@9!51', { now: 50n })).toBe('put@9!51');
    expect(kept('operand@9!1', { now: 50n })).toBe('operand@9!1');
    expect(kept('put@9!50 put@8', { now: 50n, bottom: true })).toBe('');
  });

  it('carries range deletes through without counting them as versions', () => {
    expect(kept('put@9 range@8 put@7')).toBe('put@9 range@8');
    expect(kept('range@9 put@8 range@7 put@6')).toBe('range@9 put@8 range@7');
    expect(kept('delete@9 put@8 range@7', { bottom: true })).toBe('range@7');
  });

  it('takes the younger input where key and epoch are equal, whatever the kinds', () => {
    expect(keptOf([versions('put@9'), versions('delete@9 put@8')])).toBe('put@9');
    expect(keptOf([versions('operand@9'), versions('put@9 put@8')])).toBe('operand@9 put@8');
    expect(keptOf([versions('put@9'), versions('operand@9 put@8')])).toBe('put@9');
    expect(keptOf([versions('delete@9'), versions('put@9 put@8')], { bottom: true })).toBe('');
  });
});

interface Rules {
  readonly readers?: readonly bigint[];
  readonly bottom?: boolean;
  readonly now?: bigint;
}

/** What is left of versions `kind@epoch!expiry` of one key, or of each of several keys. */
function kept(text: string, rules: Rules = {}, keys: readonly string[] = ['']): string {
  return keptOf([keys.flatMap((key) => versions(text, key))], rules);
}

function keptOf(inputs: readonly (readonly ReferenceEntry[])[], rules: Rules = {}): string {
  const settings = { ...roomySettings, ...rules };
  const { files } = runMerge(
    inputs.map((memtable) => ({ memtable })),
    settings,
  );
  const entries = files.flatMap((file) => checkedEntries(file, settings));
  return entries.map(({ key, kind, epoch, expiry }) => `${prefix(key)}${kindNames[kind]}@${epoch}${expiry ? `!${expiry}` : ''}`).join(' ');
}

function versions(text: string, key = ''): ReferenceEntry[] {
  return text.split(' ').map((version) => {
    const [, kind, epoch, expiry] = /^(\w+)@(\d+)(?:!(\d+))?$/.exec(version)!;
    const value = kind === 'delete' ? new Uint8Array(0) : new Uint8Array([1]);
    const stored = new TextEncoder().encode(key);
    return {
      key: stored,
      kind: kinds[kind as keyof typeof kinds],
      epoch: BigInt(epoch),
      value,
      expiry: BigInt(expiry ?? 0),
      extension: undefined,
    };
  });
}

function prefix(key: Uint8Array): string {
  return key.length ? `${new TextDecoder().decode(key)}:` : '';
}
