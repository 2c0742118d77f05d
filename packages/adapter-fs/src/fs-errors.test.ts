import { StorageError } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { storageError } from './fs-errors.ts';

const place = { directory: '/data/db', object: 'sst/1', intent: 'write' } as const;

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something`), { code });
}

describe('an error of the system', () => {
  it.each([
    ['ENOSPC', 'write', 'QUOTA', 'free some'],
    ['EDQUOT', 'write', 'QUOTA', 'free some'],
    ['EROFS', 'write', 'READ_ONLY', 'mount it for writing'],
    ['EACCES', 'write', 'READ_ONLY', 'write access'],
    ['EPERM', 'write', 'READ_ONLY', 'write access'],
    ['EACCES', 'read', 'UNAVAILABLE', 'read access'],
    ['EMFILE', 'read', 'UNAVAILABLE', 'raise the limit'],
    ['ENFILE', 'write', 'UNAVAILABLE', 'raise the limit'],
    ['ENOENT', 'write', 'UNAVAILABLE', 'vanished'],
    ['ENOTDIR', 'write', 'UNAVAILABLE', 'name another directory'],
    ['EIO', 'read', 'UNAVAILABLE', 'file system failed'],
  ] as const)('%s on %s is %s and says: %s', (system, intent, code, remedy) => {
    const cause = systemError(system);
    const error = storageError(cause, { ...place, intent });
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ code, object: 'sst/1', cause, message: expect.stringContaining(`error=${system} directory=/data/db`) });
    expect((error as Error).message).toContain(remedy);
  });

  it('that Deno makes of a missing permission is one of rights', () => {
    const error = Object.assign(new Error('Requires write access'), { name: 'NotCapable' });
    expect(storageError(error, place)).toMatchObject({ code: 'READ_ONLY' });
  });
});

describe('an error of another kind', () => {
  it('is left as it is', () => {
    const errors = [new TypeError('no'), new StorageError('CORRUPTION', 'bad'), systemError('ERR_OUT_OF_RANGE'), undefined, null, 'text'];
    for (const error of errors) expect(storageError(error, place)).toBe(error);
  });
});
