import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { decodeIdentity, encodeIdentity, livenessOf, thisProcess } from './process-identity.ts';

const here = thisProcess();

/** A process that runs until it is stopped. */
async function sleeper(script = 'echo $$; exec sleep 100'): Promise<{ pid: number; stop(): Promise<void> }> {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    pid: Number(line.toString()),
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('an identity', () => {
  it('survives being written and read', () => {
    expect(decodeIdentity(encodeIdentity(here))).toEqual(here);
    const bare = { pid: 7, start: '', boot: 't1700000000', namespace: '', host: '' };
    expect(decodeIdentity(encodeIdentity(bare))).toEqual(bare);
  });

  it('is undefined where there is none', () => {
    for (const text of ['', 'a', '1.2.3', '1.2.3.4', 'x.1.b.2.h', '1.2.b.3.h.more', '1.2.b.3.h/..', '99999999999.2.b.3.h']) {
      expect([text, decodeIdentity(text)]).toEqual([text, undefined]);
    }
  });

  it('makes a file name', () => {
    expect(encodeIdentity(here)).toMatch(/^[a-zA-Z0-9.-]{1,130}$/);
    expect(here.pid).toBe(process.pid);
  });
});

describe('liveness', () => {
  it('of this process: alive', () => {
    expect(livenessOf(here)).toBe('alive');
  });

  it('of another process: alive until it ends', async () => {
    const other = await sleeper();
    const identity = { ...here, pid: other.pid, start: '' };
    expect(livenessOf(identity)).toBe('alive');
    await other.stop();
    expect(livenessOf(identity)).toBe('dead');
  });

  it('of a process whose id was given to another: dead', async () => {
    const other = await sleeper();
    expect(livenessOf({ ...here, pid: other.pid, start: '1' })).toBe('dead');
    expect(livenessOf({ ...here, start: '1' })).toBe('dead');
    await other.stop();
  });

  it('of a process that has ended, but whose parent has not asked: dead', async () => {
    // The shell becomes a program that never asks for the child that it has started.
    const parent = await sleeper('true & echo $!; exec sleep 100');
    await expect.poll(() => livenessOf({ ...here, pid: parent.pid, start: '' })).toBe('dead');
    await parent.stop();
  });

  it('across boots and containers of one host: dead', () => {
    expect(livenessOf({ ...here, boot: '00000000' })).toBe('dead');
    expect(livenessOf({ ...here, namespace: '1' })).toBe('dead');
  });

  it('on another host, or in a container that is seen as one: unknown', () => {
    expect(livenessOf({ ...here, host: 'elsewhere', boot: '00000000' })).toBe('unknown');
    expect(livenessOf({ ...here, host: 'elsewhere', namespace: '1' })).toBe('unknown');
  });

  it('does not depend on the name of a host, which may change', () => {
    expect(livenessOf({ ...here, host: 'renamed' })).toBe('alive');
  });

  it('where nothing is known of boots: that of the process on the same host, else unknown', () => {
    const mute = { ...here, boot: '' };
    expect(livenessOf(mute, mute)).toBe('alive');
    expect(livenessOf({ ...mute, host: 'elsewhere' }, mute)).toBe('unknown');
  });

  it('where boots have no ids: told by the time of the boot, which may be a little off', () => {
    const booted = (seconds: number) => ({ ...here, boot: `t${seconds}` });
    expect(livenessOf(booted(1_700_000_010), booted(1_700_000_000))).toBe('alive');
    expect(livenessOf(booted(1_700_000_000), booted(1_700_003_600))).toBe('dead');
  });
});
