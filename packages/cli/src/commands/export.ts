// varve <directory> export <file>

import { Option, type Command } from 'commander';
import { naturalNotation, toCell, toJsonMember } from '../codecs/notation.ts';
import { newEntryCommand, type Context, type EntryOptions } from '../command.ts';
import { withReading, type Moments, type ReadSpace } from '../database/reading.ts';
import { toJson } from '../output.ts';
import { withProgress, type Progress } from '../progress.ts';
import { csvLine } from '../rows/csv.ts';
import { TextOutput } from '../streams.ts';
import { duration, plural, rate, size } from '../text/figures.ts';
import { rangeOf, withRange, type RangeOptions } from './range-options.ts';

interface Options extends EntryOptions, RangeOptions {
  readonly format?: 'ndjson' | 'csv';
  readonly columns?: string;
}

/** Makes a line of an entry. */
type ToLine = (key: unknown, value: unknown) => string;
type Batches = AsyncIterable<[unknown, unknown][]>;

export function exportCommand({ place }: Context): Command {
  const command = newEntryCommand(
    'export',
    'write the entries of a range to a file, or to standard output (-): NDJSON, which import reads back exactly, or CSV, which holds text only',
    [
      './data export entries.ndjson',
      './data export norway.csv --prefix city/NO/',
      './data export - --keyspace visits | gzip > visits.ndjson.gz',
      './data export cities.csv --columns name,population',
    ],
  );
  return withRange(command)
    .argument('<file>', 'the file, or - for standard output; a file that exists is replaced')
    .addOption(new Option('--format <format>', 'default: by the name of the file, else ndjson').choices(['ndjson', 'csv']))
    .option('--columns <names>', 'CSV: fields of the values, commas between them (default: all that occur, found by reading twice)')
    .action(async (file: string, options: Options) => {
      await withReading(place, options, async (db, space) => {
        const result = await withProgress({ label: 'exporting', unit: 'entries' }, (progress) =>
          exportEntries(db, space, file, { options, progress }),
        );
        // Standard output is for the entries; what is said about them goes beside it.
        const answer = options.json === true ? toJson({ ...result, ms: Math.round(result.ms) }) : sentence(result);
        (file === '-' ? process.stderr : process.stdout).write(`${answer}\n`);
      });
    });
}

interface Exported {
  readonly entries: number;
  readonly bytes: number;
  readonly ms: number;
}

function sentence({ entries, bytes, ms }: Exported): string {
  return `exported ${plural(entries, 'entry', 'entries')} (${size(bytes)}) in ${duration(ms)}: ${rate(entries, ms)}`;
}

async function exportEntries(
  db: Moments,
  space: ReadSpace,
  file: string,
  { options, progress }: { options: Options; progress: Progress },
): Promise<Exported> {
  // Both passes over a CSV see one moment.
  const snapshot = db.snapshot();
  try {
    const moment = options.keyspace === undefined ? snapshot : snapshot.keyspace(space.entries as never);
    const scan = (): Batches => moment.scan(rangeOf(options, space.keys, options.keyAs) as never).batches() as Batches;
    const csv = (options.format ?? (file.toLowerCase().endsWith('.csv') ? 'csv' : 'ndjson')) === 'csv';
    const lines = csv ? await csvLines(scan, space, options) : { header: undefined, toLine: ndjsonLine(space, options) };
    const out = new TextOutput(file);
    if (lines.header !== undefined) await out.line(lines.header);
    let entries = 0;
    for await (const batch of scan()) {
      for (const [key, value] of batch) {
        const full = out.line(lines.toLine(key, value));
        if (full !== undefined) await full;
      }
      entries += batch.length;
      progress.set(entries);
    }
    await out.close();
    return { entries, bytes: out.written, ms: progress.elapsedMs };
  } finally {
    snapshot.close();
  }
}

function ndjsonLine({ keys, values }: ReadSpace, { keyAs, valueAs }: Options): ToLine {
  return (key, value) => JSON.stringify({ key: toJsonMember(keys, keyAs, key), value: toJsonMember(values, valueAs, value) });
}

async function csvLines(scan: () => Batches, { keys, values }: ReadSpace, options: Options): Promise<{ header: string; toLine: ToLine }> {
  const keyText = (key: unknown): string => toCell(keys, options.keyAs ?? naturalNotation(keys), key);
  const columns = options.columns === undefined ? await columnsOf(scan()) : options.columns.split(',');
  if (columns === undefined) {
    const notation = options.valueAs ?? naturalNotation(values);
    return { header: csvLine(['key', 'value']), toLine: (key, value) => csvLine([keyText(key), toCell(values, notation, value)]) };
  }
  const field = (value: unknown): string =>
    typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(toJsonMember(values, undefined, value));
  return {
    header: csvLine(['key', ...columns]),
    toLine: (key, value) => csvLine([keyText(key), ...columns.map((name) => field((value as Record<string, unknown>)[name]))]),
  };
}

/** Names of the fields of all values, in the order of their first appearance; undefined where a value is no plain object. */
async function columnsOf(batches: Batches): Promise<string[] | undefined> {
  const names = new Set<string>();
  for await (const batch of batches) {
    for (const [, value] of batch) {
      if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return undefined;
      for (const name in value) names.add(name);
    }
  }
  return names.size === 0 ? undefined : [...names];
}
