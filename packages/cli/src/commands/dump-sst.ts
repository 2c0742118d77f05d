// varve <directory> dump-sst [id]

import { idText, inspectSst, SstPlaces, type InspectedSst, type ManifestState, type StoredSst } from '@varve/core/inspect';
import type { Command } from 'commander';
import { EntryText } from '../codecs/entry-text.ts';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf } from '../database/space.ts';
import { storedSsts } from '../database/stored-ssts.ts';
import { Failure } from '../failure.ts';
import { Output, toJson } from '../output.ts';
import type { Place } from '../place/place.ts';
import { TextOutput } from '../streams.ts';
import { count, plural, size } from '../text/figures.ts';
import { shortened } from '../text/printable.ts';
import { table } from '../text/table.ts';

interface Options extends CommonOptions {
  readonly entries?: boolean;
}

const BOUND_LENGTH = 32;

export function dumpSstCommand({ place }: Context): Command {
  return newCommand('dump-sst', 'the SSTs, or the partitions, blocks and entries of one; needs no lock', [
    './data dump-sst',
    './data dump-sst 0000000001-0000000002',
    './data dump-sst 1-2 --entries',
    './data dump-sst 1-2 --entries --json',
  ])
    .argument('[id]', 'id of an SST, zeros in front may be left out')
    .option('--entries', 'every entry; with --json one line a block')
    .action(async (id: string | undefined, options: Options) => {
      const state = await stateOf(place);
      await (id === undefined ? dumpAll(place, state, options) : dumpOne(place, { id, state, options }));
    });
}

async function dumpAll(place: Place, state: ManifestState, { json }: Options): Promise<void> {
  const stored = await storedSsts(place, state);
  const text = new EntryText(state);
  const known = new Map(state.version.levels.flatMap((ssts, level) => ssts.map((info) => [idText(info.id), { level, info }] as const)));
  const rows = stored.map(({ id, dataBytes, metaBytes }) => ({ id: idText(id), dataBytes, metaBytes, found: known.get(idText(id)) }));
  new Output(json === true).say(
    () => ({
      ssts: rows.map(({ id, dataBytes, metaBytes, found }) => ({
        id,
        level: found?.level ?? null,
        dataBytes,
        metaBytes,
        entries: found?.info.entries ?? null,
      })),
    }),
    () =>
      table(
        [
          { title: 'id' },
          { title: 'level' },
          { title: 'data', right: true },
          { title: 'meta', right: true },
          { title: 'entries', right: true },
          { title: 'from' },
          { title: 'to' },
        ],
        rows.map(({ id, dataBytes, metaBytes, found }) => [
          id,
          found === undefined ? 'none' : `L${found.level}`,
          size(dataBytes),
          size(metaBytes),
          found === undefined ? '' : count(found.info.entries),
          found === undefined ? 'no version names it' : shortened(text.storedKey(found.info.smallest), BOUND_LENGTH),
          found === undefined ? '' : shortened(text.storedKey(found.info.largest), BOUND_LENGTH),
        ]),
      ),
  );
}

async function dumpOne(place: Place, { id, state, options }: { id: string; state: ManifestState; options: Options }): Promise<void> {
  const stored = (await storedSsts(place, state)).find((sst) => isId(id, sst));
  if (stored === undefined) throw new Failure('NO_OBJECT', `there is no SST ${id} in ${place.name}: dump-sst without an id lists them`);
  const sst = await inspectSst(place.store(), stored, new SstPlaces(state, place.store()).databaseOf(stored.id));
  const text = new EntryText(state);
  try {
    if (options.json !== true) await describe(sst, text, options);
    else if (options.entries === true) await entriesAsJson(sst, text);
    else await blocksAsJson(sst, text);
  } finally {
    await sst.close();
  }
}

function isId(text: string, { id }: StoredSst): boolean {
  const match = /^(?:.*\/)?(\d+)-(\d+)(?:\.sst|\.meta)?$/.exec(text);
  return match !== null && Number(match[1]) === id.term && Number(match[2]) === id.counter;
}

async function describe(sst: InspectedSst, text: EntryText, { entries }: Options): Promise<void> {
  const out = new TextOutput('-');
  await out.line(
    `SST ${idText(sst.id)}: ${size(sst.dataBytes)} of blocks, ${size(sst.metaBytes)} of metadata (${size(sst.headBytes)} of it head)`,
  );
  for (const [name, value] of Object.entries(sst.properties as object)) await out.line(`  ${name}: ${toJson(value)}`);
  for (let i = 0; i < sst.partitionCount; i++) {
    const partition = await sst.partition(i);
    await out.line(
      `partition ${i}: ${plural(partition.blocks.length, 'block')}, ${size(partition.length)}, ${size(partition.filterBytes)} of it filter`,
    );
    for (const place of partition.blocks) {
      const block = await sst.block(place);
      const sizes = `${size(block.storedBytes)} stored, ${size(block.payloadBytes)} ${block.compression === 'lz4' ? 'unpacked' : 'as they are'}`;
      await out.line(
        `${String(block.offset).padStart(10)}  ${plural(block.entries.length, 'entry', 'entries')}, ${sizes}, up to ${text.storedKey(place.separator)}`,
      );
      if (entries === true) for (const entry of block.entries) await out.line(`            ${text.line(entry)}`);
    }
  }
  await out.close();
}

async function entriesAsJson(sst: InspectedSst, text: EntryText): Promise<void> {
  const out = new TextOutput('-');
  for (let i = 0; i < sst.partitionCount; i++) {
    for (const place of (await sst.partition(i)).blocks) {
      const { entries, ...block } = await sst.block(place);
      await out.line(toJson({ partition: i, ...block, entries: entries.map((entry) => text.json(entry)) }));
    }
  }
  await out.close();
}

async function blocksAsJson(sst: InspectedSst, text: EntryText): Promise<void> {
  const partitions: object[] = [];
  for (let i = 0; i < sst.partitionCount; i++) {
    const { blocks, ...partition } = await sst.partition(i);
    partitions.push({
      ...partition,
      blocks: blocks.map(({ offset, length, separator }) => ({ offset, length, separator: text.storedKey(separator) })),
    });
  }
  const { dataBytes, metaBytes, headBytes, properties, longestKey, longestBlock } = sst;
  new Output(true).say(
    () => ({ id: idText(sst.id), dataBytes, metaBytes, headBytes, longestKey, longestBlock, properties, partitions }),
    () => '',
  );
}
