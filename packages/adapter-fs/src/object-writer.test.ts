// In which order the system is asked: an object has its name when its bytes are on the disk, and counts as created when its name is.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type * as FileSteps from './file-steps.ts';
import { fsStore } from './index.ts';
import type * as Publish from './publish.ts';

const { asked } = vi.hoisted(() => ({ asked: [] as string[] }));

vi.mock('./file-steps.ts', async (original) => {
  const actual = await original<typeof FileSteps>();
  const noting = <T extends (...parts: never[]) => unknown>(name: string, work: T): T =>
    ((...parts) => {
      asked.push(name);
      return work(...parts);
    }) as T;
  return { ...actual, syncFile: noting('sync of the file', actual.syncFile), syncFolder: noting('sync of a folder', actual.syncFolder) };
});

vi.mock('./publish.ts', async (original) => {
  const actual = await original<typeof Publish>();
  const publish: typeof actual.publish = (...parts) => {
    asked.push('name');
    return actual.publish(...parts);
  };
  return { ...actual, publish };
});

const folder = mkdtempSync(join(tmpdir(), 'varve-object-writer-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('an object', () => {
  it.each(['put', 'putIfAbsent', 'createObject'] as const)('of %s lasts: bytes, name, folder', async (manner) => {
    const { sync } = fsStore(join(folder, manner));
    asked.length = 0;
    if (manner === 'createObject') {
      const writer = sync.createObject('sst/1', 3);
      writer.sync!.append(new Uint8Array(3), 0);
      writer.sync!.finish();
    } else sync[manner]('sst/1', new Uint8Array(3));
    expect(asked.slice(0, 3)).toEqual(['sync of the file', 'name', 'sync of a folder']);
  });
});
