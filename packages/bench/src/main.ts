// The benchmark: every scenario with every peer, each stage in a process of its own, rounds interleaved, so that what disturbs the machine disturbs all.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { findPackageJSON } from 'node:module';
import { join } from 'node:path';
import { type CommandLine, readCommandLine, USAGE } from './command-line.ts';
import { loadPeer } from './peers/peers.ts';
import { type Machine, thisMachine } from './report/machine.ts';
import { markdownTable, plainTable, tableOf } from './report/table.ts';
import { Results } from './results.ts';
import { runStage } from './run-stage.ts';
import type { Scenario } from './scenarios/scenario.ts';

interface PeerFacts {
  readonly name: string;
  readonly version: string;
  readonly notes: string;
}

const failures: string[] = [];

try {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine === undefined) console.log(USAGE);
  else await run(commandLine);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function run(commandLine: CommandLine): Promise<void> {
  const machine = thisMachine();
  const peers = await Promise.all(commandLine.peers.map(peerFacts));
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`);
  console.log(peers.map(({ name, version }) => `${name} ${version}`).join(', '));
  console.log(`${commandLine.sizes.entries} entries, seed ${commandLine.sizes.seed}, ${commandLine.rounds} rounds\n`);
  const results = new Results();
  for (const scenario of commandLine.scenarios) {
    for (let round = 0; round < commandLine.rounds; round++) {
      for (const peer of commandLine.peers) await runScenario(commandLine, scenario, round, peer, results);
    }
    const rows = results.rows.filter((row) => row.scenario === scenario.name);
    if (rows.length > 0) console.log(`\n${scenario.title}\n\n${plainTable(tableOf(rows, commandLine.peers))}\n`);
  }
  save(commandLine, machine, peers, results);
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) process.exitCode = 1;
}

async function runScenario(
  { folder, sizes }: CommandLine,
  scenario: Scenario,
  round: number,
  peer: string,
  results: Results,
): Promise<void> {
  mkdirSync(folder ?? tmpdir(), { recursive: true });
  const place = mkdtempSync(join(folder ?? tmpdir(), 'varve-bench-'));
  const start = performance.now();
  try {
    for (const [stage, { ends }] of scenario.stages.entries()) {
      const job = { scenario: scenario.name, stage, peer, folder: join(place, 'database'), sizes };
      for (const measure of await runStage(job, ends)) results.add(scenario.name, peer, measure);
    }
  } catch (error) {
    failures.push(`${scenario.name}, ${peer}, round ${round + 1}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  console.error(`${scenario.name} round ${round + 1} ${peer} ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

async function peerFacts(name: string): Promise<PeerFacts> {
  const { module, notes } = await loadPeer(name);
  const manifest = findPackageJSON(module, import.meta.url);
  const { version } = JSON.parse(manifest === undefined ? '{}' : readFileSync(manifest, 'utf8')) as { version?: string };
  return { name, version: version ?? 'unknown', notes };
}

function save(
  { json, markdown, peers: names, sizes, rounds }: CommandLine,
  machine: Machine,
  peers: readonly PeerFacts[],
  results: Results,
): void {
  const everything = { machine, peers, sizes, rounds, results: results.rows, failures };
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(everything, null, 2)}\n`);
  if (markdown === undefined) return;
  const where = `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`;
  const how = `${sizes.entries} entries of 16 + 100 bytes, ${sizes.memoryBytes / 2 ** 20} MiB of memory, medians of ${rounds} interleaved rounds, seed ${sizes.seed}`;
  const who = peers.map(({ name, version, notes }) => `- **${name} ${version}**: ${notes}`).join('\n');
  writeFileSync(markdown, `${where}\n\n${how}\n\n${markdownTable(tableOf(results.rows, names))}\n\n${who}\n`);
}
