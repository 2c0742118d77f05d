// varve <directory> delete <key>...

import type { Command } from 'commander';
import { naturalNotation, parse, toJsonMember } from '../codecs/notation.ts';
import { newEntryCommand, type Context, type EntryOptions } from '../command.ts';
import { withDatabase } from '../database/space.ts';
import { Output } from '../output.ts';
import { plural } from '../text/figures.ts';

export function deleteCommand({ place }: Context): Command {
  return newEntryCommand('delete', 'delete keys; a missing one is no error', [
    './data delete greeting',
    './data delete --keyspace photos a b c',
  ])
    .argument('<key...>', 'the keys')
    .action(async (texts: string[], options: EntryOptions) => {
      await withDatabase(place, options, async (_, { entries, keys }) => {
        const notation = options.keyAs ?? naturalNotation(keys);
        const deleted = texts.map((text) => parse(keys, notation, text));
        let epoch = 0n;
        for (const key of deleted) epoch = await entries.delete(key);
        new Output(options.json === true).say(
          () => ({ keys: deleted.map((key) => toJsonMember(keys, options.keyAs, key)), epoch }),
          () => `deleted ${plural(deleted.length, 'key')} at epoch ${epoch}`,
        );
      });
    });
}
