// A process that is killed while it fills its cache: whatever it leaves in the directory, the next one reads what the remote store has.

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fsStore } from '@varve/adapter-fs';
import { seededRandom } from '@varve/core';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { cacheOn } from '../src/cache-store.ts';
import { fixedHistory, MIB } from './cache-test-kit.ts';
import { freshDirectories } from './directories-test-kit.ts';
import { contentOf, OBJECT_BYTES, OBJECTS, PIECE_BYTES } from './kill-objects.ts';

const KILLS = 12;
const freshDirectory = freshDirectories();

/** Deno's permissions and caches stay with the program. */
function start(program: string, args: readonly string[]) {
  const runtime = 'deno' in process.versions ? ['run', '-A', '--no-config', '--no-lock'] : [];
  const home = dirname(program);
  const env = { ...process.env, DENO_DIR: home, HOME: home };
  return spawn(process.execPath, [...runtime, program, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
}

it('is followed by one that reads everything rightly, and finds pieces (seed 1)', async () => {
  const folder = freshDirectory();
  mkdirSync(folder);
  const [remote, local, program] = ['remote', 'local', 'program.mjs'].map((name) => join(folder, name));
  await build({
    entryPoints: [fileURLToPath(new URL('./kill-program.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    logLevel: 'error',
  });
  const remoteStore = fsStore(remote);
  for (let i = 0; i < OBJECTS; i++) await remoteStore.put(`sst/${i}`, contentOf(i));
  const { uint32 } = seededRandom(1);
  let found = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = start(program, [remote, local, String(kill)]);
    const ended = new Promise((resolve) => child.on('exit', resolve));
    let lines = uint32() % 40;
    for await (const line of createInterface({ input: child.stdout })) {
      expect(line).toBe('ok');
      if (lines-- === 0) break;
    }
    process.kill(child.pid!, 'SIGKILL');
    await ended;
    found += await readAll(remote, local);
  }
  expect(found).toBeGreaterThan(KILLS);
}, 120_000);

/** Pieces that were found. */
async function readAll(remote: string, local: string): Promise<number> {
  const options = { budgetBytes: MIB, pieceBytes: PIECE_BYTES };
  const store = cacheOn(fsStore(remote), fsStore(local), options, fixedHistory());
  for (let i = 0; i < OBJECTS; i++) {
    const target = new Uint8Array(OBJECT_BYTES);
    const reader = await store.openObject(`sst/${i}`, OBJECT_BYTES);
    await reader.readInto(target, 0);
    await reader.close();
    expect(Buffer.compare(target, contentOf(i))).toBe(0);
  }
  await store.close();
  const { hits, keptBytes } = store.stats();
  expect(keptBytes).toBeLessThanOrEqual(MIB);
  return hits;
}
