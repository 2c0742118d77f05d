// What all commands have in common: --json, help with examples, and how options are read.

import { Command, InvalidArgumentError, Option } from 'commander';
import { NOTATIONS, type Notation } from './codecs/notation.ts';
import type { Place } from './place/place.ts';

/** What a command is run with besides its options. */
export interface Context {
  readonly place: Place;
}

/** Called with the name of a command before it goes to work. */
export type Prepare = (command: string) => Promise<void>;

/** Options of every command. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** Options of commands that show or take keys and values. */
export interface EntryOptions extends CommonOptions {
  readonly keyspace?: string;
  readonly keyAs?: Notation;
  readonly valueAs?: Notation;
}

/** A command with --json and examples: each is what follows `varve`. */
export function newCommand(name: string, description: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'answer in JSON')
    .addHelpText('after', ['\nExamples:', ...examples.map((example) => `  varve ${example}`)].join('\n'));
}

/** The same for a command on entries of one key space. */
export function newEntryCommand(name: string, description: string, examples: readonly string[]): Command {
  return newCommand(name, description, examples)
    .option('--keyspace <name>', "a key space instead of the database's own")
    .addOption(
      new Option(
        '--key-as <notation>',
        'how keys are written: their stored bytes as utf8, hex or base64, or json (default: what suits the codec)',
      ).choices(NOTATIONS),
    )
    .addOption(new Option('--value-as <notation>', 'the same for values').choices(NOTATIONS));
}

/** Options of a command that may make a database or a key space. */
export function withCodecs(command: Command, values: string): Command {
  return command
    .option('--keys <codec>', 'codec of the keys of what is new: bytes, utf8, tuple(any), tuple(string,number) ... (default: utf8)')
    .option('--values <codec>', `codec of its values: bytes, utf8, json, structured (default: ${values})`)
    .addOption(
      new Option('--durability <level>', 'how far each write gets before it counts as done').choices(['memory', 'buffered', 'synced']),
    );
}

/** Reads a whole number. */
export function integer(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min) {
      throw new InvalidArgumentError(`A whole number from ${min} on is needed.`);
    }
    return value;
  };
}
