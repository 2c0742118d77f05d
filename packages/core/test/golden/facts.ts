// What of the format an image makes use of, one line each: kinds of objects, versions, sections, fields of JSON, kinds of records and entries, codecs. Which
// data stand in it, and where blocks, SSTs and levels end, is left out: that is up to the writer.

import { BATCH_FLAGS, RECORD_HEADER_BYTES, RECORD_TYPE, TRAILER_BYTES } from '@varve/wasm-kernels';
import { metaName, segmentName } from '../../src/format/object-names.ts';
import type { EditJson, InspectedManifest, InspectedSegment } from '../../src/inspect.ts';
import type { Image } from '../rot/image.ts';
import { readStored, type StoredParts } from './stored.ts';

const VERSION_AT = 4;
const SECTION_COUNT_AT = 6;
const SECTIONS_AT = 24;
const SECTION_BYTES = 16;

/** All facts of an image. */
export async function factsOf(image: Image): Promise<Set<string>> {
  const { manifests, ssts, segments } = await readStored(image);
  const names = [...image.keys()].map((name) => `object ${name.replaceAll(/\d+/g, ({ length }) => `<${length} digits>`)}`);
  const lines = [
    ...names,
    ...manifests.flatMap((manifest) => manifestFacts(manifest)),
    ...ssts.flatMap((parts) => sstFacts(parts, image.get(metaName(parts.sst.id))!)),
    ...segments.flatMap((segment) => segmentFacts(segment, image.get(segmentName(segment.number))!)),
  ];
  return new Set(lines);
}

function manifestFacts({ type, json }: InspectedManifest): string[] {
  const head = `manifest ${type} ${fieldsOf(json)}`;
  if (type === 'edit') return [head, ...json.edits.flatMap(editFacts)];
  const spaces = json.keySpaces.map((space) => `key space ${fieldsOf(space)} keys=${space.keys} values=${space.values}`);
  return [
    head,
    ...json.required.map((feature) => `required ${feature}`),
    `epochs ${json.epochs}`,
    `log ${fieldsOf(json.log)}`,
    ...spaces,
    ...json.levels.flat().map((sst) => `SST ${fieldsOf(sst)}`),
  ];
}

function editFacts(edit: EditJson): string[] {
  const head = `edit ${edit.kind} ${fieldsOf(edit)}`;
  if (edit.kind === 'ssts') return [head, ...edit.added.map(({ sst }) => `SST ${fieldsOf(sst)}`)];
  if (edit.kind !== 'keyspace') return [head];
  return [head, `key space ${fieldsOf(edit.space)} keys=${edit.space.keys} values=${edit.space.values}`];
}

const fieldsOf = (json: object): string => Object.keys(json).sort().join();

function sstFacts({ sst, partitions, blocks }: StoredParts, meta: Uint8Array): string[] {
  const view = new DataView(meta.buffer, meta.byteOffset);
  const lines = [`meta version=${view.getUint16(VERSION_AT, true)} properties=${Object.keys(sst.properties as object).join()}`];
  for (let i = 0; i < view.getUint16(SECTION_COUNT_AT, true); i++) {
    const at = SECTIONS_AT + i * SECTION_BYTES;
    lines.push(`meta section=${view.getUint16(at, true)} flags=${view.getUint16(at + 2, true)}`);
  }
  for (const { filterBytes, blocks: places } of partitions) {
    lines.push(`partition filter=${filterBytes > 0}`);
    for (const { separatorEpoch } of places) lines.push(`separator epoch=${separatorEpoch !== undefined}`);
  }
  for (const { compression, storedBytes, payloadBytes, entries } of blocks) {
    lines.push(`block ${compression}`);
    if (compression === 'none' && storedBytes !== payloadBytes + TRAILER_BYTES) lines.push('block of another trailer');
    for (const { kind, expiry } of entries) lines.push(`block entry ${kind} expires=${expiry !== undefined}`);
  }
  return lines;
}

function segmentFacts({ header, records }: InspectedSegment, bytes: Uint8Array): string[] {
  const lines = [`segment version=${header?.version}`];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const record of records) {
    lines.push(`record type=${bytes[record.offset + RECORD_TYPE]} version=${bytes[record.offset + RECORD_TYPE + 1]} ${record.type}`);
    if (record.type !== 'batch') continue;
    lines.push(`batch flags=${view.getUint32(record.offset + RECORD_HEADER_BYTES + BATCH_FLAGS, true)}`);
    for (const { kind, expiry } of record.entries) lines.push(`batch entry ${kind} expires=${expiry !== undefined}`);
  }
  return lines;
}
