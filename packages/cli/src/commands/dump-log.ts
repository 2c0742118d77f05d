// varve <directory> dump-log [segment]

import type { LogStore } from '@varve/core';
import { inspectSegment, type InspectedRecord, type InspectedSegment } from '@varve/core/inspect';
import type { Command } from 'commander';
import { EntryText } from '../codecs/entry-text.ts';
import { integer, newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf } from '../database/space.ts';
import { Failure } from '../failure.ts';
import { Output } from '../output.ts';
import type { Place } from '../place/place.ts';
import { TextOutput } from '../streams.ts';
import { count, plural, size } from '../text/figures.ts';
import { table } from '../text/table.ts';

export function dumpLogCommand({ place }: Context): Command {
  return newCommand('dump-log', 'the segments of the log, or every record of one; needs no lock', [
    './data dump-log',
    './data dump-log 3',
    './data dump-log 3 --json',
  ])
    .argument('[segment]', 'number of a segment', integer(1))
    .action((segment: number | undefined, options: CommonOptions) =>
      segment === undefined ? dumpAll(place, options) : dumpOne(place, segment, options),
    );
}

function logOf(place: Place): LogStore {
  const log = place.store().openLog?.();
  if (log === undefined) throw new Failure('UNSUPPORTED', `a static host shows no log: what is published was flushed place=${place.name}`);
  return log;
}

async function dumpAll(place: Place, { json }: CommonOptions): Promise<void> {
  const state = await stateOf(place);
  const log = logOf(place);
  const segments: object[] = [];
  const rows: string[][] = [];
  for (const info of await log.segments()) {
    const segment = await inspectSegment(log, info);
    const counts = countsOf(segment);
    const counted = info.number >= state.logPosition;
    segments.push({
      number: segment.number,
      size: segment.size,
      header: segment.header,
      end: segment.end,
      damaged: segment.damaged,
      counted,
      ...counts,
    });
    rows.push([
      String(info.number),
      segment.header === undefined ? '-' : String(segment.header.term),
      size(segment.end),
      count(counts.batches),
      count(counts.entries),
      noteOf(segment, counted),
    ]);
  }
  const columns = ['segment', 'term', 'used', 'batches', 'entries'].map((title) => ({ title, right: true }));
  new Output(json === true).say(
    () => ({ logPosition: state.logPosition, segments }),
    () => table([...columns, { title: '' }], rows),
  );
}

function countsOf({ records }: InspectedSegment): { batches: number; entries: number } {
  const batches = records.filter((record) => record.type === 'batch');
  return { batches: batches.length, entries: batches.reduce((sum, batch) => sum + batch.entries.length, 0) };
}

function noteOf({ header, number, damaged, end }: InspectedSegment, counted: boolean): string {
  if (damaged) return `damaged at ${end}`;
  if (header === undefined) return 'empty';
  if (header.segment !== number) return `recycled: it held segment ${header.segment}`;
  return counted ? '' : 'flushed: its entries are in SSTs';
}

async function dumpOne(place: Place, number: number, { json }: CommonOptions): Promise<void> {
  const text = new EntryText(await stateOf(place));
  const log = logOf(place);
  const info = (await log.segments()).find((segment) => segment.number === number);
  if (info === undefined) {
    throw new Failure('NO_OBJECT', `there is no log segment ${number} in ${place.name}: dump-log without a number lists them`);
  }
  const segment = await inspectSegment(log, info);
  if (json === true) {
    const records = segment.records.map((record) =>
      'entries' in record ? { ...record, entries: record.entries.map((entry) => text.json(entry)) } : record,
    );
    return new Output(true).say(
      () => ({ ...segment, records }),
      () => '',
    );
  }
  const out = new TextOutput('-');
  await out.line(headLine(segment));
  for (const record of segment.records) {
    await out.line(recordLine(record));
    if (record.type === 'batch') for (const entry of record.entries) await out.line(`          ${text.line(entry)}`);
    if (record.type === 'fence') {
      for (const { segment: earlier, end } of record.segments) await out.line(`          segment ${earlier} counts up to ${end}`);
    }
  }
  await out.line(`${String(segment.end).padStart(8)}  end${segment.damaged ? ': a record here had been durable and is damaged' : ''}`);
  await out.close();
}

function headLine({ number, size: bytes, header }: InspectedSegment): string {
  if (header === undefined) return `segment ${number}, ${size(bytes)}: empty`;
  const { term, segment, previousEnd, previousSynced } = header;
  const before = previousEnd === 0 ? 'the first of its term' : `the one before ended at ${previousEnd}, ${previousSynced} of it durable`;
  return `segment ${number}, ${size(bytes)}, term ${term}${segment === number ? '' : ` (recycled: it held segment ${segment})`}; ${before}`;
}

function recordLine(record: InspectedRecord): string {
  const place = `${String(record.offset).padStart(8)}  ${record.type}`;
  switch (record.type) {
    case 'batch':
      return `${place}  epoch ${record.epoch}, ${new Date(record.wallMs).toISOString()}, ${plural(record.entries.length, 'entry', 'entries')}, ${record.synced} bytes synced`;
    case 'fence':
      return `${place}  term ${record.term} takes over`;
    case 'close':
      return `${place}  everything before ${record.synced} is durable`;
    default:
      return `${place} record of type ${record.number}`;
  }
}
