// varve <directory> put <key> <value>

import type { Durability } from '@varve/core';
import type { Command } from 'commander';
import { naturalNotation, parse, toJsonMember } from '../codecs/notation.ts';
import { newEntryCommand, withCodecs, type Context, type EntryOptions } from '../command.ts';
import { withDatabase } from '../database/space.ts';
import { Output } from '../output.ts';
import { readAll } from '../streams.ts';

interface Options extends EntryOptions {
  readonly keys?: string;
  readonly values?: string;
  readonly durability?: Durability;
}

/** What `put` makes where nothing is. */
const NEW = { keys: 'utf8', values: 'utf8' };

export function putCommand({ place }: Context): Command {
  const command = newEntryCommand('put', 'write a value; a database or key space that is missing is made', [
    './data put greeting hello',
    `./data put --values json city/NO/Oslo '{"population":709000}'`,
    './data put --keyspace photos --values bytes portrait - < portrait.jpg',
    './data put --key-as hex 00ff01 value',
  ]);
  return withCodecs(command, 'utf8')
    .argument('<key>', 'the key')
    .argument('<value>', 'the value, or - for standard input: the stored bytes, unless --value-as says otherwise')
    .action(async (keyText: string, valueText: string, options: Options) => {
      await withDatabase(place, { ...options, create: NEW }, async (_, { entries, keys, values }) => {
        const key = parse(keys, options.keyAs ?? naturalNotation(keys), keyText);
        const epoch = await entries.put(key, valueText === '-' ? await fromInput() : valueOf(valueText));
        new Output(options.json === true).say(
          () => ({ key: toJsonMember(keys, options.keyAs, key), epoch }),
          () => `written at epoch ${epoch}`,
        );

        function valueOf(text: string): unknown {
          return parse(values, options.valueAs ?? naturalNotation(values), text);
        }

        async function fromInput(): Promise<unknown> {
          const bytes = await readAll('-');
          return options.valueAs === undefined
            ? values.decode(bytes, 0, bytes.length)
            : valueOf(new TextDecoder().decode(bytes).replace(/\r?\n$/, ''));
        }
      });
    });
}
