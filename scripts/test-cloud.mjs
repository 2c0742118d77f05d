// `npm run test:cloud`: the tests that need a real S3 (*.cloud.test.ts), on a Ceph gateway that is started for them; then those of s3Store in workerd and in browsers, on
// the same. Arguments are vitest's: a part of a file's name, say; `elsewhere` is the second half alone. `--no-browsers` leaves browsers out. The last line is the sum.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { installBrowsers, testIn } from './browsers.mjs';
import { installCeph, startCeph } from './ceph.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';
import { reportedRun } from './test-report.mjs';

const TIMEOUT_MS = 60 * 60_000;
const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
const S3_TESTS = 'packages/adapter-s3-fetch';

const withBrowsers = !process.argv.includes('--no-browsers');
const filters = process.argv.slice(2).filter((argument) => argument !== '--no-browsers');
const onlyElsewhere = filters.length === 1 && filters[0] === 'elsewhere';
const alsoElsewhere = filters.length === 0 || onlyElsewhere;
const browsers = withBrowsers && alsoElsewhere ? ['chromium', 'firefox', 'webkit'] : [];

await setUp();
const { passed, failed } = await runSteps([
  { name: 'ceph', run: installCeph },
  ...(browsers.length > 0 ? [installBrowsers] : []),
  { name: 'cloud tests', run: testOnCeph },
]);
if (!withBrowsers) console.log('browsers were left out: --no-browsers');
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
    const results = [];
    if (!onlyElsewhere) results.push(await vitest('Node', ['-c', 'vitest.cloud.config.ts', ...filters], env));
    if (alsoElsewhere) results.push(await vitest('workerd', ['-c', 'vitest.workerd.config.ts', S3_TESTS], env));
    for (const name of browsers) results.push({ name, ...(await testIn(name, { files: [S3_TESTS], env })) });
    return {
      ok: results.every(({ ok }) => ok),
      output: results.map(({ output }) => output).join('\n'),
      note: `Ceph ${version}: ${results.map(({ name, note }) => `${name} ${note}`).join('; ')}`,
      passed: results.reduce((sum, { passed = 0 }) => sum + passed, 0),
      failed: results.reduce((sum, { failed = 0 }) => sum + failed, 0),
    };
  } finally {
    control.close();
    await stop();
  }
}

/**
 * @param {string} name of the runtime
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
async function vitest(name, args, env) {
  return { name, ...(await reportedRun(`cloud-${name}`, 'node', [VITEST, 'run', ...args], { timeoutMs: TIMEOUT_MS, env })) };
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
