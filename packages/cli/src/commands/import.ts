// varve <directory> import <file>

import type { Durability } from '@varve/core';
import { Option, type Command } from 'commander';
import { fromJsonMember } from '../codecs/notation.ts';
import { partNames, type AnyKeyCodec } from '../codecs/recorded-codecs.ts';
import { newEntryCommand, withCodecs, type Context, type EntryOptions } from '../command.ts';
import { withDatabase, type Space } from '../database/space.ts';
import { Failure, usage } from '../failure.ts';
import { Output } from '../output.ts';
import { withProgress, type Progress } from '../progress.ts';
import { readCsv } from '../rows/csv-rows.ts';
import { readNdjson } from '../rows/ndjson.ts';
import type { Row, Rows } from '../rows/row.ts';
import { openInput, type Input } from '../streams.ts';
import { duration, plural, rate, size } from '../text/figures.ts';

interface Options extends EntryOptions {
  readonly keys?: string;
  readonly values?: string;
  readonly durability?: Durability;
  readonly format?: 'ndjson' | 'csv';
  readonly key?: readonly string[];
  readonly value?: string;
  readonly separator: string;
}

interface Imported {
  readonly entries: number;
  readonly bytes: number;
  readonly ms: number;
}

/** What `import` makes where nothing is. */
const NEW = { keys: 'utf8', values: 'json' };

export function importCommand({ place }: Context): Command {
  const command = newEntryCommand(
    'import',
    'write the rows of a file, or of standard input (-): NDJSON with one {"key": ..., "value": ...} a line, or CSV with a header row',
    [
      './data import entries.ndjson',
      './data import cities.csv --key country --key name',
      `./data import cities.csv --keyspace cities --keys 'tuple(string,string,number)' --key country --key name --key id`,
      'old export - | varve new import -',
    ],
  );
  return withCodecs(command, 'json')
    .argument('<file>', 'the file, or - for standard input')
    .addOption(new Option('--format <format>', 'default: by the name of the file, else ndjson').choices(['ndjson', 'csv']))
    .option('--key <column>', 'CSV: the column of the key; repeat it for keys of several columns', (name: string, before?: string[]) => [
      ...(before ?? []),
      name,
    ])
    .option('--value <column>', 'CSV: the column of the value (default: an object of all columns that are not of the key)')
    .option('--separator <text>', 'CSV: what stands between the columns of a key that is text', '/')
    .action(async (file: string, options: Options) => {
      const input = await openInput(file); // First: a file that is missing makes no database.
      await withDatabase(place, { ...options, create: NEW }, async (db, space) => {
        const rows = rowsOf(file, input, options, space.keys);
        const result = await withProgress({ label: `importing ${input.name}`, unit: 'entries' }, (progress) =>
          importRows(rows, space, options, { progress, input }),
        );
        await db.sync();
        new Output(options.json === true).say(
          () => ({ ...result, ms: Math.round(result.ms) }),
          () =>
            `imported ${plural(result.entries, 'entry', 'entries')} (${size(result.bytes)}) in ${duration(result.ms)}: ${rate(result.entries, result.ms)}`,
        );
      });
    });
}

function rowsOf(file: string, { chunks }: Input, options: Options, keys: AnyKeyCodec): AsyncIterable<Rows> {
  const format = options.format ?? (file.toLowerCase().endsWith('.csv') ? 'csv' : 'ndjson');
  if (format === 'ndjson') {
    if (options.key !== undefined || options.value !== undefined) {
      throw usage('--key and --value name columns of CSV: rows of NDJSON have key and value');
    }
    return readNdjson(chunks);
  }
  const { key, value, separator } = options;
  if (key === undefined) throw usage('CSV needs to know which column is the key: --key <column>');
  return readCsv(chunks, { key, value, keyOf: (fields) => keyOf(fields, keys, separator) });
}

/** Fields of a CSV record as a key: text, or a tuple with the types of its codec. */
function keyOf(fields: readonly string[], keys: AnyKeyCodec, separator: string): unknown {
  if (!keys.name.startsWith('tuple(')) return fields.join(separator);
  const types = partNames(keys);
  return fields.map((field, i) => partOf(field, types?.[i] ?? 'string'));
}

function partOf(field: string, type: string): unknown {
  switch (type) {
    case 'number':
      return field.trim() === '' || Number.isNaN(Number(field)) ? field : Number(field);
    case 'bigint':
      return { $bigint: field };
    case 'date':
      return { $date: field };
    case 'boolean':
      return field === 'true' ? true : field === 'false' ? false : field;
    case 'bytes':
      return { $bytes: Buffer.from(field).toString('base64') };
    default:
      return field;
  }
}

async function importRows(
  batches: AsyncIterable<Rows>,
  space: Space,
  options: Options,
  about: { progress: Progress; input: Input },
): Promise<Imported> {
  let entries = 0;
  let bytes = 0;
  for await (const read of batches) {
    const { decoded, mistake } = decodeRows(read, space, options);
    const refused = await putRows(decoded, read.rows, space);
    entries += refused?.before ?? decoded.length;
    bytes = read.bytes;
    const wrong = refused?.mistake ?? mistake;
    if (wrong !== undefined) throw new Failure('BAD_INPUT', `${wrong} (imported before it: ${plural(entries, 'entry', 'entries')})`);
    const { totalBytes } = about.input;
    about.progress.set(entries, totalBytes === undefined ? undefined : bytes / totalBytes);
  }
  return { entries, bytes, ms: about.progress.elapsedMs };
}

type Decoded = readonly [unknown, unknown];

/** Everything up to the first mistake. */
function decodeRows(
  { rows, mistake }: Rows,
  { keys, values }: Space,
  { keyAs, valueAs }: Options,
): { decoded: Decoded[]; mistake: string | undefined } {
  const decoded: Decoded[] = [];
  for (const { key, value, line } of rows) {
    try {
      decoded.push([fromJsonMember(keys, keyAs, key), fromJsonMember(values, valueAs, value)]);
    } catch (error) {
      return { decoded, mistake: `line ${line}: ${messageOf(error)}` };
    }
  }
  return { decoded, mistake };
}

/** Writes the entries, or those before the first that a codec refuses. */
async function putRows(
  decoded: readonly Decoded[],
  rows: readonly Row[],
  space: Space,
): Promise<{ before: number; mistake: string } | undefined> {
  try {
    await space.entries.putMany(decoded);
    return undefined;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const before = decoded.findIndex((entry) => refusal(entry, space) !== undefined);
    if (before < 0) throw error;
    await space.entries.putMany(decoded.slice(0, before));
    return { before, mistake: `line ${rows[before].line}: ${refusal(decoded[before], space)}` };
  }
}

function refusal([key, value]: Decoded, { keys, values }: Space): string | undefined {
  try {
    keys.maxBytes(key);
    values.maxBytes(value);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
