// `npm run bench:browser`: builds the page as users would, runs it in Chromium, and prints what each peer reached. Peers take turns, round by round, so that
// what the machine does meanwhile meets all of them; figures are medians, ratios are of one round, their median is shown.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright';
import { build, preview } from 'vite';
import type { Bench } from './page/page.ts';
import type { PeerName, Rates } from './page/worker.ts';

declare global {
  var bench: Bench;
}

const PEERS: readonly PeerName[] = ['varve opfs', 'varve idb', 'idb', 'dexie', 'sqlite FULL', 'sqlite OFF'];
const BARS = [
  ['put one by one', 'varve opfs', 'idb', 50],
  ['batches of 1000', 'varve opfs', 'sqlite FULL', 5],
  ['put one by one, synced', 'varve opfs', 'sqlite FULL', 3],
  ['get', 'varve opfs', 'sqlite FULL', 4],
  ['scan', 'varve opfs', 'sqlite FULL', 4],
  ['seek + 10', 'varve opfs', 'sqlite FULL', 5],
  ['await get one by one', 'page varve', 'page idb', 1.5],
  ['get, 64 in flight', 'page varve', 'page idb', 10],
  ['getMany of 100', 'page varve', 'page idb', 10],
  ['batches of 1000', 'varve idb', 'idb', 5],
  ['get', 'varve idb', 'idb', 50],
] as const;

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(options.rounds);
const folder = mkdtempSync(join(tmpdir(), 'varve-bench-browser-'));

try {
  const outDir = join(folder, 'site');
  const root = join(import.meta.dirname, 'page');
  const shared = { root, logLevel: 'error', configFile: false, build: { outDir, emptyOutDir: true, target: 'es2022' } } as const;
  await build({
    ...shared,
    resolve: { conditions: ['source', 'module', 'browser', 'production'] },
    worker: { format: 'es' },
  });
  const server = await preview({ ...shared, preview: { port: 5198, strictPort: true } });
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  });
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(error));
    await page.goto('http://localhost:5198/');
    await page.waitForSelector('body[data-ready]', { state: 'attached' });
    await run(page);
  } finally {
    await context.close();
    await server.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function run(page: Page): Promise<void> {
  const found = new Map<string, Rates[]>();
  const note = (peer: string, rates: Rates): void => void found.set(peer, [...(found.get(peer) ?? []), rates]);
  for (let round = 0; round < rounds; round++) {
    for (const peer of PEERS) note(peer, await page.evaluate((name) => bench.inWorker(name), peer));
    note('page varve', await page.evaluate(() => bench.varveFromPage()));
    note('page idb', await page.evaluate(() => bench.idbFromPage()));
  }
  table('in a worker, operations a second', PEERS, found);
  table('from a page, operations a second', ['page varve', 'page idb'], found);
  const ratio = (what: string, ours: string, theirs: string): string => {
    const ratios = found.get(ours)!.map((rates, round) => rates[what] / found.get(theirs)![round][what]);
    return `${median(ratios).toFixed(2)}x`;
  };
  console.log('\nratios');
  for (const [what, ours, theirs, aim] of BARS) {
    console.log(`  ${what.padEnd(26)} ${ours} / ${theirs}: ${ratio(what, ours, theirs)} (at least ${aim}x)`);
  }
  const { openMs, turns99Ms, turnsMostMs, importedPerSecond } = await page.evaluate(() => bench.openAndImport());
  console.log(`\nopen 100,000 entries, page to first get: ${openMs.map((ms) => ms.toFixed(0)).join(', ')} ms (under 150)`);
  console.log(`page's event loop during the import: 99 % ${turns99Ms.toFixed(1)} ms (under 8), longest ${turnsMostMs.toFixed(1)} ms`);
  console.log(`import from the page: ${Math.round(importedPerSecond)} entries a second`);
}

function table(title: string, peers: readonly string[], found: ReadonlyMap<string, readonly Rates[]>): void {
  console.log(`\n${title}\n  ${''.padEnd(26)}${peers.map((peer) => peer.padStart(13)).join('')}`);
  for (const what of Object.keys(found.get(peers[0])![0])) {
    const rates = peers.map((peer) => Math.round(median(found.get(peer)!.map((each) => each[what]))));
    console.log(`  ${what.padEnd(26)}${rates.map((rate) => rate.toLocaleString('en').padStart(13)).join('')}`);
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
