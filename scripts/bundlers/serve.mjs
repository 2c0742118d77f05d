// Serves an example on a free port of this machine: a folder of files under the Content-Security-Policy that docs/BROWSER.md asks for, or a program of the
// example itself.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFileSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { start } from '../commands.mjs';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.map': 'application/json' };
const INLINE_MAP = /<script type="importmap">([\s\S]*?)<\/script>/;
const ADDRESS = /(http:\/\/(?:localhost|127\.0\.0\.1):\d+\/?)\s/;
const STARTING_MS = 60_000;

/** @typedef {{ url: string, close: () => Promise<void> }} Server */

/**
 * @param {string} folder
 * @returns {Promise<Server>}
 */
export async function serveFolder(folder) {
  const policy = policyOf(readFileSync(join(folder, 'index.html'), 'utf8'));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = join(folder, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname));
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(path))] ?? 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => {
    server.closeAllConnections();
    return new Promise((/** @type {(value: void) => void} */ resolve) => server.close(() => resolve()));
  };
  return { url: `http://localhost:${port}/`, close };
}

/**
 * Nothing but the page's own files. A map of imports stands in the page, which a policy has to name by its hash.
 * @param {string} page
 */
function policyOf(page) {
  const map = INLINE_MAP.exec(page)?.[1];
  const scripts = ["'self'", "'wasm-unsafe-eval'"];
  if (map !== undefined) scripts.push(`'sha256-${createHash('sha256').update(map).digest('base64')}'`);
  return `default-src 'none'; script-src ${scripts.join(' ')}; worker-src 'self'; style-src 'self'; img-src data:`;
}

/**
 * @param {string[]} program of the package's scripts, with arguments
 * @param {string} cwd
 * @returns {Promise<Server>}
 */
export async function serveProgram([script = '', ...args], cwd) {
  const env = { NEXT_TELEMETRY_DISABLED: '1' };
  const { ready, end } = await start('npm', ['run', script, '--', ...args], { cwd, env, ready: ADDRESS, timeoutMs: STARTING_MS });
  return { url: ready, close: end };
}
