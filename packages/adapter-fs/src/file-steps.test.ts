import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { unlinkFile, unlinkIfThere, writeAll } from './file-steps.ts';
import { runLater, runNow } from './steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'varve-steps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a write that the system splits', () => {
  it('goes on where it ended', () => {
    const path = join(folder, 'split');
    const descriptor = openSync(path, 'wx');
    const writing = writeAll(descriptor, Uint8Array.of(1, 2, 3, 4, 5), 10);
    writing.next();
    const rest = writing.next(2);
    expect(rest.value && rest.value.now()).toBe(3);
    expect(writing.next(3).done).toBe(true);
    closeSync(descriptor);
    expect([...readFileSync(path)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4, 5]);
  });

  it('is to be repeated when memory has grown meanwhile and its bytes cannot be reached any more', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const writing = writeAll(0, new Uint8Array(memory.buffer, 0, 100), 0);
    writing.next();
    memory.grow(1);
    expect(() => writing.next(50)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });
});

describe('unlinking what is not there', () => {
  it('fails, unless it is said that it may be so', async () => {
    const path = join(folder, 'nothing');
    expect(() => runNow(unlinkFile(path))).toThrow('ENOENT');
    await expect(runLater(unlinkFile(path))).rejects.toThrow('ENOENT');
    runNow(unlinkIfThere(path));
    await runLater(unlinkIfThere(path));
  });
});
