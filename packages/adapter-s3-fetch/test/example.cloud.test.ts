// The example for scripts, as users run it: one after the other in Node, Deno and Bun, on the same bucket.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Bucket, credentials } from './cloud-test-kit.ts';

/** Tests run at the workspace's root. */
const PROGRAM = join(process.cwd(), 'examples', 'src', 'bucket.ts');
const RUNTIMES = [
  ['node', '--conditions=source', '--no-warnings'],
  ['deno', 'run', '-A', '--conditions=source'],
  ['bun', '--conditions=source'],
] as const;

function run([program, ...args]: readonly string[], place: string): Promise<{ code: number | null; out: string; err: string }> {
  const { accessKeyId, secretAccessKey } = credentials();
  const cwd = mkdtempSync(join(tmpdir(), 'varve-example-'));
  const who = { BUCKET: place, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...who, NO_COLOR: '1', NODE_OPTIONS: '' };
    const child = spawn(program!, [...args, PROGRAM], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => {
      rmSync(cwd, { recursive: true, force: true });
      resolve({ code, out, err });
    });
  });
}

it('a script goes on in one runtime where it was in another', async () => {
  const bucket = await Bucket.create('example');
  const place = bucket.freshPlace();
  for (const [i, runtime] of RUNTIMES.entries()) {
    const { code, out, err } = await run(runtime, place);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`run ${i}\nmeasured 100, the last: {`);
  }
});
