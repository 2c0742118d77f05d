// Rows of a CSV file with a header: some columns are the key, one or all others are the value.

import { Failure, usage } from '../failure.ts';
import { CsvReader } from './csv.ts';
import type { Row, Rows } from './row.ts';

/** Which columns mean what. */
export interface CsvColumns {
  /** One column, or several that together are the key. */
  readonly key: readonly string[];
  /** One column; undefined: an object of all columns that are not of the key. */
  readonly value: string | undefined;
  /** Turns the fields of the key into one. */
  readonly keyOf: (fields: readonly string[]) => unknown;
}

/** Makes a row of the fields of a record. */
type ToRow = (fields: readonly string[], line: number) => Row | string;

/** Rows of a text, chunk by chunk. */
export async function* readCsv(chunks: AsyncIterable<Uint8Array>, columns: CsvColumns): AsyncGenerator<Rows> {
  const decoder = new TextDecoder('utf-8');
  const reader = new CsvReader();
  let toRow: ToRow | undefined;
  let bytes = 0;
  const rowsOf = (records: { fields: string[]; line: number }[]): Rows => {
    const rows: Row[] = [];
    for (const { fields, line } of records) {
      if (toRow === undefined) {
        toRow = rowMaker(fields, columns);
        continue;
      }
      const row = toRow(fields, line);
      if (typeof row === 'string') return { rows, bytes, mistake: row };
      rows.push(row);
    }
    return { rows, bytes };
  };
  for await (const chunk of chunks) {
    bytes += chunk.length;
    const read = rowsOf(reader.push(decoder.decode(chunk, { stream: true })));
    yield read;
    if (read.mistake !== undefined) return;
  }
  const { openQuote } = reader;
  if (openQuote === undefined) yield rowsOf([...reader.push(decoder.decode()), ...reader.end()]);
  else yield { rows: [], bytes, mistake: `the record on line ${openQuote} opens a quote that is never closed` };
  if (toRow === undefined) throw new Failure('BAD_INPUT', 'the file has no header row: its first row has to name the columns');
}

function rowMaker(header: readonly string[], { key, value, keyOf }: CsvColumns): ToRow {
  const indexOf = (name: string): number => {
    const index = header.indexOf(name);
    if (index < 0) throw usage(`there is no column ${name}: the header has ${header.join(', ')}`);
    return index;
  };
  const keyAt = key.map(indexOf);
  const valueAt = value === undefined ? undefined : indexOf(value);
  const others = header.map((name, i) => [name, i] as const).filter(([, i]) => !keyAt.includes(i));
  return (fields, line) => {
    if (fields.length !== header.length) return `the record on line ${line} has ${fields.length} fields, the header ${header.length}`;
    const value = valueAt === undefined ? Object.fromEntries(others.map(([name, i]) => [name, fields[i]])) : fields[valueAt];
    return { key: keyOf(keyAt.map((i) => fields[i])), value, line };
  };
}
