// varve <directory> scan

import type { Command } from 'commander';
import { naturalNotation, show, toJsonMember } from '../codecs/notation.ts';
import type { AnyCodec, AnyKeyCodec } from '../codecs/recorded-codecs.ts';
import { newEntryCommand, type Context, type EntryOptions } from '../command.ts';
import { withReading } from '../database/reading.ts';
import { Output } from '../output.ts';
import { withProgress } from '../progress.ts';
import { TextOutput } from '../streams.ts';
import { count } from '../text/figures.ts';
import { rangeOf, withRange, type RangeOptions } from './range-options.ts';

interface Options extends EntryOptions, RangeOptions {
  readonly keysOnly?: boolean;
  readonly count?: boolean;
}

export function scanCommand({ place }: Context): Command {
  const command = newEntryCommand('scan', 'list the entries of a range: key, tab, value; with --json one object a line', [
    './data scan --prefix city/NO/ --limit 10',
    './data scan --gte b --lt c --reverse',
    './data scan --prefix city/ --count',
    `./data scan --keyspace visits --prefix '["NO"]' --json`,
  ]);
  return withRange(command)
    .option('--keys-only', 'leave the values out')
    .option('--count', 'only count the entries')
    .action(async (options: Options) => {
      await withReading(place, options, async (_, { entries, keys, values }) => {
        const range = rangeOf(options, keys, options.keyAs);
        if (options.count === true) return countEntries(entries.scan({ ...range, keysOnly: true }).keys(), options);
        const line = lineMaker(options, keys, values);
        const out = new TextOutput('-');
        if (options.keysOnly === true) {
          for await (const key of entries.scan(range).keys()) await out.line(line(key));
        } else {
          for await (const batch of entries.scan(range).batches()) {
            for (const [key, value] of batch) {
              const full = out.line(line(key, [value]));
              if (full !== undefined) await full;
            }
          }
        }
        await out.close();
      });
    });
}

/** How an entry becomes a line; a key alone where there is no value. */
function lineMaker({ json, keyAs, valueAs }: Options, keys: AnyKeyCodec, values: AnyCodec): (key: unknown, value?: [unknown]) => string {
  if (json === true) {
    return (key, value) =>
      JSON.stringify({
        key: toJsonMember(keys, keyAs, key),
        ...(value !== undefined && { value: toJsonMember(values, valueAs, value[0]) }),
      });
  }
  const [keyNotation, valueNotation] = [keyAs ?? naturalNotation(keys), valueAs ?? naturalNotation(values)];
  return (key, value) => show(keys, keyNotation, key) + (value === undefined ? '' : `\t${show(values, valueNotation, value[0])}`);
}

async function countEntries(keys: AsyncIterable<unknown>, { json }: Options): Promise<void> {
  const entries = await withProgress({ label: 'counting', unit: 'entries' }, async (progress) => {
    let counted = 0;
    for await (const _ of keys) if (++counted % 1000 === 0) progress.set(counted);
    return counted;
  });
  new Output(json === true).say(
    () => ({ entries }),
    () => count(entries),
  );
}
