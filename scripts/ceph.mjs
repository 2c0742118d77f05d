// A real S3 for tests: Ceph's RADOS gateways, one or more, over one monitor and one OSD in memory, on free ports of this machine and in a folder of its own. Debian's packages;
// where they are missing and may be installed, they are. No process outlives the one that started it, whatever ends that.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './commands.mjs';

const PACKAGES = ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph-common'];
const PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph', 'ceph-authtool', 'monmaptool', 'radosgw-admin'];
const INSTALL_TIMEOUT_MS = 10 * 60_000;
const WAIT_MS = 60_000;
const LOOK_MS = 100;
const DEFAULT_STORAGE_BYTES = 4 * 2 ** 30;

const ACCESS_KEY = 'cephaccess';
const SECRET_KEY = 'cephsecretcephsecret';

/**
 * @typedef {object} Ceph
 * @property {string} endpoint where the gateway listens
 * @property {string[]} endpoints of all gateways
 * @property {(index: number) => Promise<void>} killGateway ends one with SIGKILL, and starts it again: it answers when the promise is fulfilled
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} version of the gateway
 * @property {() => Promise<void>} stop ends all processes and removes the folder
 */

const missing = () => PROGRAMS.filter((program) => !existsSync(`/usr/bin/${program}`));

/** @returns {Promise<import('./steps.mjs').StepResult>} */
export async function installCeph() {
  if (missing().length === 0) return { ok: true, output: '', note: 'there' };
  const apt = `apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return { ok: false, output: `missing: ${missing().join(', ')}\ninstall them: ${apt}` };
  }
  const update = await run('apt-get', ['update'], { timeoutMs: INSTALL_TIMEOUT_MS });
  const installed = await run('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES], { timeoutMs: INSTALL_TIMEOUT_MS });
  return { ok: missing().length === 0, output: `${update.output}\n${installed.output}`, note: 'installed' };
}

/**
 * A fresh cluster with one user and no buckets, which takes so many bytes.
 * @param {{ storageBytes?: number, gateways?: number }} [options]
 * @returns {Promise<Ceph>}
 */
export async function startCeph({ storageBytes = DEFAULT_STORAGE_BYTES, gateways = 1 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'varve-ceph-'));
  const cluster = new Cluster(folder, storageBytes);
  try {
    return await cluster.start(gateways);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

class Cluster {
  #folder;
  #storageBytes;
  /** @type {import('node:child_process').ChildProcess[]} */
  #daemons = [];
  /** @type {{ endpoint: string, daemon: import('node:child_process').ChildProcess }[]} */
  #gateways = [];

  /**
   * @param {string} folder
   * @param {number} storageBytes
   */
  constructor(folder, storageBytes) {
    this.#folder = folder;
    this.#storageBytes = storageBytes;
  }

  /**
   * @param {number} gateways
   * @returns {Promise<Ceph>}
   */
  async start(gateways) {
    process.once('exit', this.#leave);
    const [monitor, first, ...ports] = await freePorts(2 + gateways);
    const [fsid, osd] = [randomUUID(), randomUUID()];
    for (const name of ['mon', 'osd', 'rgw', 'run']) await mkdir(this.#path(name));
    await writeFile(this.#path('ceph.conf'), configuration(this.#folder, { fsid, monitor, first, storageBytes: this.#storageBytes }));
    await this.#createKeys();
    await this.#ceph('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `[v2:127.0.0.1:${monitor}]`, this.#path('monmap')]);
    await this.#ceph('ceph-mon', ['-i', 'a', '--mkfs', '--monmap', this.#path('monmap'), '--keyring', this.#path('keyring')]);
    this.#daemon('ceph-mon', ['-i', 'a']);
    await this.#ceph('ceph', ['--connect-timeout', '30', 'osd', 'new', osd]);
    const key = await this.#ceph('ceph', ['auth', 'get-or-create', 'osd.0', 'mon', 'allow profile osd', 'osd', 'allow *']);
    await appendFile(this.#path('keyring'), key.replace(/^(?![[\t]).*$/gm, ''));
    await this.#ceph('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', osd]);
    this.#daemon('ceph-osd', ['-i', '0']);
    await this.#until('the OSD', async () => (await this.#ceph('ceph', ['osd', 'stat'])).includes('1 up'));
    const user = ['user', 'create', '--uid=test', '--display-name=test', `--access-key=${ACCESS_KEY}`, `--secret-key=${SECRET_KEY}`];
    await this.#ceph('radosgw-admin', user);
    // One after the other: the first makes the pools.
    for (const port of ports) this.#gateways.push(await this.#gateway(`http://127.0.0.1:${port}`));
    const endpoints = this.#gateways.map(({ endpoint }) => endpoint);
    const [endpoint = ''] = endpoints;
    const version = /\d+\.\d+\.\d+/.exec(await this.#ceph('radosgw', ['--version']))?.[0] ?? '';
    const keys = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
    return { endpoint, endpoints, ...keys, version, killGateway: (index) => this.#killGateway(index), stop: () => this.stop() };
  }

  /** @param {string} endpoint */
  async #gateway(endpoint) {
    const frontend = `beast endpoint=${endpoint.slice('http://'.length)} tcp_nodelay=1`;
    const daemon = this.#daemon('radosgw', ['-n', 'client.admin', '--rgw-frontends', frontend]);
    await this.#until('the gateway', () => answers(endpoint));
    return { endpoint, daemon };
  }

  /** @param {number} index */
  async #killGateway(index) {
    const gateway = this.#gateways[index];
    if (gateway === undefined) throw new Error(`there is no gateway ${index}`);
    this.#daemons.splice(this.#daemons.indexOf(gateway.daemon), 1);
    await ended(gateway.daemon);
    this.#gateways[index] = await this.#gateway(gateway.endpoint);
  }

  async stop() {
    const ends = this.#daemons.splice(0).map((daemon) => ended(daemon));
    await Promise.all(ends);
    process.off('exit', this.#leave);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** This process ends before it came to stop. */
  #leave = () => {
    for (const daemon of this.#daemons) daemon.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  };

  /** The gateway refuses a cluster without authentication. */
  async #createKeys() {
    const powers = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'];
    for (const [i, name] of ['mon.', 'client.admin'].entries()) {
      await this.#ceph('ceph-authtool', [this.#path('keyring'), ...(i === 0 ? ['-C'] : []), '--gen-key', '-n', name, ...powers]);
    }
  }

  /** @param {string} name */
  #path(name) {
    return join(this.#folder, name);
  }

  get #environment() {
    return { CEPH_CONF: this.#path('ceph.conf') };
  }

  /**
   * Runs a program of Ceph to its end.
   * @param {string} program
   * @param {string[]} args
   */
  async #ceph(program, args) {
    const { ok, output } = await run(program, args, { env: this.#environment, timeoutMs: WAIT_MS });
    if (!ok) throw new Error(`${program} ${args.join(' ')}\n${output}`);
    return output;
  }

  /**
   * Starts a program that serves. It ends with this process, even if that is killed.
   * @param {string} program
   * @param {string[]} args
   */
  #daemon(program, args) {
    const env = { ...process.env, ...this.#environment };
    const daemon = spawn('/usr/bin/setpriv', ['--pdeathsig', 'KILL', program, ...args, '-f'], { env, stdio: 'ignore' });
    daemon.on('error', () => undefined); // It is missed when somebody waits for it.
    this.#daemons.push(daemon);
    return daemon;
  }

  /**
   * @param {string} what
   * @param {() => Promise<boolean>} isThere
   */
  async #until(what, isThere) {
    for (let waited = 0; waited < WAIT_MS; waited += LOOK_MS) {
      if (await isThere()) return;
      const dead = this.#daemons.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
      if (dead !== undefined) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(`${what} did not come up\n${await this.#logs()}`);
  }

  async #logs() {
    const names = ['mon.a.log', 'osd.0.log', 'client.admin.log'];
    const logs = await Promise.all(names.map((name) => readFile(this.#path(name), 'utf8').catch(() => '')));
    return logs.map((log, i) => `${names[i]}\n${log.split('\n').slice(-8).join('\n')}`).join('\n');
  }
}

/** @param {import('node:child_process').ChildProcess} daemon */
function ended(daemon) {
  if (daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return Promise.resolve();
  const end = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGKILL');
  return end;
}

/** @param {string} endpoint */
async function answers(endpoint) {
  try {
    return (await fetch(endpoint)).ok;
  } catch {
    return false;
  }
}

/**
 * Ports that nobody listened on a moment ago.
 * @param {number} count
 * @returns {Promise<number[]>}
 */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = [];
  for (const server of servers) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    ports.push(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * One of everything, in as little time as it can.
 * @param {string} folder
 * @param {{ fsid: string, monitor: number, first: number, storageBytes: number }} cluster
 */
function configuration(folder, { fsid, monitor, first, storageBytes }) {
  return `[global]
fsid = ${fsid}
mon_host = v2:127.0.0.1:${monitor}/0
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false
ms_bind_port_min = ${first}
ms_bind_port_max = ${Math.min(first + 60, 65_535)}
keyring = ${folder}/keyring
auth_allow_insecure_global_id_reclaim = false
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.$pid.asok
log_file = ${folder}/$name.log
mon_cluster_log_file = ${folder}/cluster.log
crash_dir = ${folder}/run
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 1000
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[mon]
mon_data = ${folder}/mon
mon_initial_members = a
paxos_propose_interval = 0.01
paxos_min_wait = 0.01
[osd]
osd_data = ${folder}/osd
osd_objectstore = memstore
memstore_device_bytes = ${storageBytes}
osd_memory_target = 1073741824
[client]
rgw_data = ${folder}/rgw
rgw_dns_name = localhost
rgw_thread_pool_size = 64
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 5
rgw_gc_processor_max_time = 5
rgw_rados_pool_pg_num_min = 1
rgw_override_bucket_index_max_shards = 1
`;
}
