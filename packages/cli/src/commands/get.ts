// varve <directory> get <key>

import type { Command } from 'commander';
import { encoded, naturalNotation, parse, show, toJsonMember } from '../codecs/notation.ts';
import { newEntryCommand, type Context, type EntryOptions } from '../command.ts';
import { withReading } from '../database/reading.ts';
import { EXIT_NOT_FOUND, Failure } from '../failure.ts';
import { Output } from '../output.ts';

interface Options extends EntryOptions {
  readonly raw?: boolean;
}

export function getCommand({ place }: Context): Command {
  return newEntryCommand('get', 'show the value of a key (exit code 3 when there is none)', [
    './data get city/NO/Oslo',
    './data get --keyspace photos --raw portrait > portrait.jpg',
    `./data get --keyspace visits '["NO",2026]' --json`,
  ])
    .argument('<key>', 'the key')
    .option('--raw', 'the stored bytes of the value, nothing else')
    .action(async (text: string, options: Options) => {
      await withReading(place, options, async (_, { entries, keys, values }) => {
        const key = parse(keys, options.keyAs ?? naturalNotation(keys), text);
        const entry = await entries.getEntry(key);
        if (entry === undefined) throw new Failure('NOT_FOUND', `no such key: ${text}`, EXIT_NOT_FOUND);
        if (options.raw === true) return void process.stdout.write(encoded(values, entry.value));
        new Output(options.json === true).say(
          () => ({
            key: toJsonMember(keys, options.keyAs, entry.key),
            value: toJsonMember(values, options.valueAs, entry.value),
            epoch: entry.epoch,
          }),
          () => show(values, options.valueAs ?? naturalNotation(values), entry.value),
        );
      });
    });
}
