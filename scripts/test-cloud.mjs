// `npm run test:cloud`: the tests that need a real S3 (*.cloud.test.ts), on a Ceph gateway that is started for them. The last line is the sum.

import { join } from 'node:path';
import { installCeph, startCeph } from './ceph.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';
import { reportedRun } from './test-report.mjs';

const TIMEOUT_MS = 15 * 60_000;
const VITEST = join('node_modules', 'vitest', 'vitest.mjs');

await setUp();
const { passed, failed } = await runSteps([
  { name: 'ceph', run: installCeph },
  { name: 'cloud tests', run: testOnCeph },
]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

/** @returns {Promise<import('./steps.mjs').StepResult>} */
async function testOnCeph() {
  const { endpoint, accessKeyId, secretAccessKey, version, stop } = await startCeph();
  try {
    const env = { VARVE_S3_ENDPOINT: endpoint, VARVE_S3_ACCESS_KEY: accessKeyId, VARVE_S3_SECRET_KEY: secretAccessKey };
    const result = await reportedRun('cloud', 'node', [VITEST, 'run', '-c', 'vitest.cloud.config.ts'], { timeoutMs: TIMEOUT_MS, env });
    return { ...result, note: `Ceph ${version}: ${result.note}` };
  } finally {
    await stop();
  }
}
