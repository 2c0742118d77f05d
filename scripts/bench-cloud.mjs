// `npm run bench:cloud`: the benchmark on object storage, on a Ceph gateway that is started for it. Arguments are the benchmark's own (`--help`).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { installCeph, startCeph } from './ceph.mjs';
import { setUp } from './setup.mjs';
import { binaries, root } from './workspace.mjs';

/** What is deleted is kept by the gateway for a while. */
const STORAGE_BYTES = 12 * 2 ** 30;

await setUp();
const installed = await installCeph();
if (!installed.ok) {
  console.error(installed.output);
  process.exit(1);
}
const { endpoint, accessKeyId, secretAccessKey, version, stop } = await startCeph({ storageBytes: STORAGE_BYTES });
try {
  const main = join(root, 'packages/bench/src/cloud/main.ts');
  const env = {
    ...process.env,
    VARVE_S3_ENDPOINT: endpoint,
    VARVE_S3_ACCESS_KEY: accessKeyId,
    VARVE_S3_SECRET_KEY: secretAccessKey,
    VARVE_S3_NAME: `Ceph's RADOS gateway ${version}`,
  };
  const child = spawn(join(binaries, 'node'), ['--conditions=source', main, ...process.argv.slice(2)], { env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
} finally {
  await stop();
}
