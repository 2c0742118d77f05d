// All commands together. The directory comes first on the command line and is taken off before this sees it.

import { Command } from 'commander';
import { backupCommand } from './commands/backup.ts';
import { benchCommand } from './commands/bench.ts';
import { checkpointCommand, checkpointsCommand, deleteCheckpointCommand } from './commands/checkpoint.ts';
import { cloneCommand } from './commands/clone.ts';
import { compactCommand } from './commands/compact.ts';
import { copyCommand } from './commands/copy.ts';
import { deleteCommand } from './commands/delete.ts';
import { dumpLogCommand } from './commands/dump-log.ts';
import { dumpManifestCommand } from './commands/dump-manifest.ts';
import { dumpSstCommand } from './commands/dump-sst.ts';
import { exportCommand } from './commands/export.ts';
import { gcCommand } from './commands/gc.ts';
import { getCommand } from './commands/get.ts';
import { importCommand } from './commands/import.ts';
import { levelsCommand } from './commands/levels.ts';
import { publishCommand } from './commands/publish.ts';
import { putCommand } from './commands/put.ts';
import { restoreCommand } from './commands/restore.ts';
import { scanCommand } from './commands/scan.ts';
import { serveCompactorCommand } from './commands/serve-compactor.ts';
import { statsCommand } from './commands/stats.ts';
import { verifyCommand } from './commands/verify.ts';
import type { Context, Prepare } from './command.ts';
import { placeOf } from './place/place-of.ts';

const COMMANDS = [
  getCommand,
  putCommand,
  deleteCommand,
  scanCommand,
  importCommand,
  exportCommand,
  backupCommand,
  restoreCommand,
  copyCommand,
  checkpointCommand,
  checkpointsCommand,
  deleteCheckpointCommand,
  cloneCommand,
  publishCommand,
  statsCommand,
  levelsCommand,
  verifyCommand,
  compactCommand,
  gcCommand,
  serveCompactorCommand,
  dumpSstCommand,
  dumpLogCommand,
  dumpManifestCommand,
  benchCommand,
];

const AFTER = `
varve --version says which version this is.
Exit codes: 0 done, 1 the storage or the data is at fault (the code is named), 2 the command line is, 3 no such key.

Examples:
  varve ./data put greeting hello
  varve ./data scan --prefix city/NO/ --limit 10
  varve ./data import entries.ndjson
  varve ./data levels
  varve ./data backup data.tar
  varve 's3://bucket/places?region=eu-north-1' get city/NO/Oslo
  varve https://example.org/places scan --prefix city/NO/
  varve ./data get --help`;

/** The program for one directory, which is prepared before a command goes to work. Mistakes are thrown; with `json` nothing but JSON is said about them. */
export function program(context: Context, json: boolean, prepare: Prepare = async () => undefined): Command {
  const root = new Command('varve <directory>')
    .description(
      'look into and work on a Varve database in a directory; a file that backup wrote may stand in its place, to be looked into, ' +
        'and so may an address: file:// for a path, s3://bucket/prefix?region=... or &endpoint=... for a bucket (who asks is in AWS_ACCESS_KEY_ID, ' +
        'AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN), https:// or http:// for what publish has put on a static host, to be read',
    )
    .usage('<command> [options]')
    .exitOverride()
    .showHelpAfterError('(add --help for a description)')
    .hook('preAction', (_, command) => prepare(command.name()))
    .addHelpText('after', AFTER);
  if (json) root.configureOutput({ writeErr: () => undefined });
  for (const command of COMMANDS) root.addCommand(command(context).copyInheritedSettings(root));
  return root;
}

/** Names of all commands. */
export function commandNames(): string[] {
  return COMMANDS.map((command) => command({ place: placeOf('') }).name());
}
