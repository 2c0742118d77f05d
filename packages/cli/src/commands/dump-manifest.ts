// varve <directory> dump-manifest [number]

import { inspectManifest, listManifests, type EditJson, type InspectedManifest } from '@varve/core/inspect';
import type { Command } from 'commander';
import { integer, newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf } from '../database/space.ts';
import { Failure } from '../failure.ts';
import { Output } from '../output.ts';
import type { Place } from '../place/place.ts';
import { count, size } from '../text/figures.ts';
import { facts, table } from '../text/table.ts';

export function dumpManifestCommand({ place }: Context): Command {
  return newCommand('dump-manifest', 'the history of the database, or all of one manifest; needs no lock', [
    './data dump-manifest',
    './data dump-manifest 12',
    './data dump-manifest --json',
  ])
    .argument('[number]', 'one manifest', integer(1))
    .action((number: number | undefined, options: CommonOptions) =>
      number === undefined ? dumpAll(place, options) : dumpOne(place, number, options),
    );
}

async function dumpOne(place: Place, number: number, { json }: CommonOptions): Promise<void> {
  const manifest = await inspectManifest(place.store(), number);
  if (manifest === undefined) {
    throw new Failure('NO_OBJECT', `there is no manifest ${number} in ${place.name}: dump-manifest without a number lists them`);
  }
  new Output(json === true).say(
    () => manifest,
    () => [`manifest ${number}: ${manifest.type}, ${size(manifest.bytes)}`, JSON.stringify(manifest.json, undefined, 2)],
  );
}

async function dumpAll(place: Place, { json }: CommonOptions): Promise<void> {
  const store = place.store();
  const state = await stateOf(place);
  const manifests: InspectedManifest[] = [];
  for (const number of await listManifests(store)) {
    const manifest = await inspectManifest(store, number);
    if (manifest !== undefined) manifests.push(manifest);
  }
  new Output(json === true).say(
    () => ({
      database: state.database,
      term: state.term,
      manifest: state.number,
      logPosition: state.logPosition,
      flushedEpoch: String(state.flushedEpoch),
      keySpaces: state.keySpaces,
      manifests,
    }),
    () => [
      ...facts([
        ['database', state.database],
        ['term', String(state.term)],
        ['log', `${state.log.kind}, from segment ${state.logPosition} on`],
        ['flushed', `up to epoch ${state.flushedEpoch}`],
        ['SSTs', count(state.version.sstCount)],
      ]),
      '',
      ...table(
        [{ title: 'manifest', right: true }, { title: 'term', right: true }, { title: 'size', right: true }, { title: 'what' }],
        manifests.map((manifest) => [String(manifest.number), manifest.json.term, size(manifest.bytes), whatOf(manifest)]),
      ),
    ],
  );
}

function whatOf(manifest: InspectedManifest): string {
  if (manifest.type === 'edit') {
    return manifest.json.edits
      .map(editText)
      .filter((text) => text !== '')
      .join(', ');
  }
  const ssts = manifest.json.levels.reduce((sum, level) => sum + level.length, 0);
  return `snapshot of everything: ${ssts} SSTs, ${manifest.json.keySpaces.length} key spaces`;
}

function editText(edit: EditJson): string {
  switch (edit.kind) {
    case 'claim':
      return 'a writer opens the database';
    case 'ssts':
      return [...edit.added.map(({ level, sst }) => `+${sst.id} L${level}`), ...edit.removed.map((id) => `-${id}`)].join(' ');
    case 'log':
      return `log from segment ${edit.position} on`;
    case 'keyspace':
      return edit.space.name === '' ? "codecs of the database's own keys" : `new key space ${edit.space.name}`;
    case 'drop-keyspace':
      return `key space ${edit.id} is dropped`;
    case 'objects':
    case 'clock':
      return '';
    default:
      return `unknown edit ${(edit as { kind: string }).kind}`;
  }
}
