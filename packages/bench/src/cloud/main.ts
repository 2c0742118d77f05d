// The benchmark on object storage: every part, each stage in a process of its own, what is compared in turns. `npm run bench:cloud` starts the service for it.

import { readFileSync, writeFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { thisMachine } from '../report/machine.ts';
import { plainTable, tableOf } from '../report/table.ts';
import { Results } from '../results.ts';
import { verdicts } from './aims.ts';
import { cloudPeerNames, loadCloudPeer } from './cloud-peer.ts';
import { type CommandLine, readCommandLine, USAGE } from './command-line.ts';
import type { Gateway } from './job.ts';
import { pageOf } from './page.ts';
import type { Part } from './parts.ts';
import { PlainRequests } from './plain-requests.ts';
import { runCloudStage } from './run-cloud-stage.ts';

const LONGEST_MS = 15 * 60_000;

const failures: string[] = [];

try {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine === undefined) console.log(USAGE);
  else await run(commandLine, gatewayOf(process.env));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

function gatewayOf(env: NodeJS.ProcessEnv): Gateway {
  const { VARVE_S3_ENDPOINT: endpoint, VARVE_S3_ACCESS_KEY: accessKeyId, VARVE_S3_SECRET_KEY: secretAccessKey } = env;
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    throw new TypeError('there is no service to measure: npm run bench:cloud starts one');
  }
  return { endpoint, accessKeyId, secretAccessKey, bucket: `bench-${crypto.randomUUID()}` };
}

async function run(commandLine: CommandLine, gateway: Gateway): Promise<void> {
  await new PlainRequests(gateway).createBucket();
  const results = new Results();
  for (const part of commandLine.parts) {
    for (let round = 0; round < (part.repeats ? commandLine.rounds : 1); round++) {
      for (const peer of part.peers) await runPart(part, peer, round, commandLine, gateway, results);
    }
    const rows = results.rows.filter(({ scenario }) => scenario === part.name);
    if (rows.length > 0) console.log(`\n${part.title}\n\n${plainTable(tableOf(rows, part.peers))}\n`);
  }
  const aims = verdicts(results.rows).map(({ what, aim, measured, isMet }) => [what, aim, measured, isMet ? '' : 'missed']);
  if (aims.length > 0) console.log(plainTable([['', 'aim', 'measured', ''], ...aims]));
  await save(commandLine, results);
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) process.exitCode = 1;
}

async function runPart(part: Part, peer: string, round: number, { sizes }: CommandLine, gateway: Gateway, results: Results): Promise<void> {
  const place = `${part.name}-${peer}-${round}`;
  const start = performance.now();
  for (const stage of part.stages) {
    try {
      const job = { stage, peer, place, sizes, gateway };
      await runCloudStage(job, part.longestMs ?? LONGEST_MS, (measure) => results.add(part.name, peer, measure));
    } catch (error) {
      failures.push(`${part.name}, ${stage}, ${peer}, round ${round + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.error(`${part.name} round ${round + 1} ${peer} ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

async function save(commandLine: CommandLine, results: Results): Promise<void> {
  const { json, markdown } = commandLine;
  const machine = thisMachine();
  const peers = await Promise.all(cloudPeerNames.map(peerFacts));
  const service = process.env.VARVE_S3_NAME ?? 'an S3';
  const date = new Date().toISOString().slice(0, 10);
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ date, machine, service, peers, commandLine, results: results.rows, failures }, null, 2)}\n`);
  }
  if (markdown !== undefined) writeFileSync(markdown, pageOf({ date, machine, service, peers, commandLine }, results.rows));
}

async function peerFacts(name: string): Promise<{ name: string; version: string; notes: string }> {
  const { module, notes } = await loadCloudPeer(name);
  const manifest = findPackageJSON(module, import.meta.url);
  const { version } = JSON.parse(manifest === undefined ? '{}' : readFileSync(manifest, 'utf8')) as { version?: string };
  return { name, version: version ?? 'unknown', notes };
}
