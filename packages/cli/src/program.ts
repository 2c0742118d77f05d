// All commands together. The directory comes first on the command line and is taken off before this sees it.

import { Command } from 'commander';
import { backupCommand } from './commands/backup.ts';
import { benchCommand } from './commands/bench.ts';
import { compactCommand } from './commands/compact.ts';
import { deleteCommand } from './commands/delete.ts';
import { dumpLogCommand } from './commands/dump-log.ts';
import { dumpManifestCommand } from './commands/dump-manifest.ts';
import { dumpSstCommand } from './commands/dump-sst.ts';
import { exportCommand } from './commands/export.ts';
import { getCommand } from './commands/get.ts';
import { importCommand } from './commands/import.ts';
import { levelsCommand } from './commands/levels.ts';
import { putCommand } from './commands/put.ts';
import { restoreCommand } from './commands/restore.ts';
import { scanCommand } from './commands/scan.ts';
import { statsCommand } from './commands/stats.ts';
import { verifyCommand } from './commands/verify.ts';
import type { Context, Prepare } from './command.ts';

const COMMANDS = [
  getCommand,
  putCommand,
  deleteCommand,
  scanCommand,
  importCommand,
  exportCommand,
  backupCommand,
  restoreCommand,
  statsCommand,
  levelsCommand,
  verifyCommand,
  compactCommand,
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
  varve ./data get --help`;

/** The program for one directory, which is prepared before a command goes to work. Mistakes are thrown; with `json` nothing but JSON is said about them. */
export function program(context: Context, json: boolean, prepare: Prepare = async () => undefined): Command {
  const root = new Command('varve <directory>')
    .description(
      'look into and work on a Varve database in a directory; a file that backup wrote may stand in its place, to be looked into',
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
  return COMMANDS.map((command) => command({ directory: '' }).name());
}
