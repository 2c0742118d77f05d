// `npm run test:cloud`: the tests that need a real S3 (*.cloud.test.ts), on a Ceph gateway that is started for them. Arguments are vitest's: a part of a file's
// name, say. The last line is the sum.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { installCeph, startCeph } from './ceph.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';
import { reportedRun } from './test-report.mjs';

const TIMEOUT_MS = 60 * 60_000;
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
  const ceph = await startCeph({ gateways: 2 });
  const { endpoints, accessKeyId, secretAccessKey, version, stop } = ceph;
  const control = await serveControl(ceph);
  try {
    const env = {
      VARVE_S3_ENDPOINT: endpoints[0],
      VARVE_S3_SECOND_ENDPOINT: endpoints[1],
      VARVE_S3_ACCESS_KEY: accessKeyId,
      VARVE_S3_SECRET_KEY: secretAccessKey,
      VARVE_S3_CONTROL: control.address,
    };
    const result = await reportedRun('cloud', 'node', [VITEST, 'run', '-c', 'vitest.cloud.config.ts', ...process.argv.slice(2)], {
      timeoutMs: TIMEOUT_MS,
      env,
    });
    return { ...result, note: `Ceph ${version}: ${result.note}` };
  } finally {
    control.close();
    await stop();
  }
}

/**
 * Tests ask for accidents here: `POST /kill` ends the second gateway with SIGKILL, starts it again, and answers when that answers.
 * @param {import('./ceph.mjs').Ceph} ceph
 */
async function serveControl(ceph) {
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/kill') return void response.writeHead(404).end();
    ceph.killGateway(1).then(
      () => response.end('killed'),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
