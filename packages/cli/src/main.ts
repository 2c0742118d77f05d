// From the command line to an exit code.

import { readFileSync } from 'node:fs';
import type { Prepare } from './command.ts';
import { isFile, withUnpacked } from './database/backup-file.ts';
import { EXIT_OK, reportFailure, usage } from './failure.ts';
import type { Place } from './place/place.ts';
import { placeOf } from './place/place-of.ts';
import { commandNames, program } from './program.ts';

/** Runs `varve` with these arguments and returns the exit code. Answers go to stdout, everything else to stderr. */
export async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  let shown: string | undefined;
  try {
    if (args[0] === '--version') return sayVersion();
    const { directory, rest } = splitDirectory(args);
    process.exitCode = EXIT_OK;
    const run = (place: Place, prepare?: Prepare): Promise<unknown> =>
      program({ place }, json, prepare).parseAsync([...rest], { from: 'user' });
    const place = placeOf(directory);
    shown = place.kind === 'directory' ? undefined : place.name;
    if (place.kind === 'directory' && (await isFile(place.name))) await withUnpacked(place.name, run);
    else await run(place);
    return process.exitCode;
  } catch (error) {
    return reportFailure(error, json, shown);
  }
}

function sayVersion(): number {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  console.log(version);
  return EXIT_OK;
}

/** The directory comes first. A command in its place is fine where only its help is wanted. */
function splitDirectory(args: readonly string[]): { directory: string; rest: readonly string[] } {
  const [first] = args;
  if (first === undefined || first.startsWith('-') || first === 'help') {
    return { directory: '', rest: args.length === 0 ? ['--help'] : args };
  }
  if (!commandNames().includes(first)) return { directory: first, rest: args.length === 1 ? ['--help'] : args.slice(1) };
  if (args.includes('--help') || args.includes('-h')) return { directory: '', rest: args };
  throw usage(`the directory comes first: varve <directory> ${first} (a directory of that name is ./${first})`);
}
