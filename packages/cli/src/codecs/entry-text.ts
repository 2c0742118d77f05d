// Entries as they are stored, made readable with the codecs of their key spaces.

import type { InspectedEntry, ManifestState } from '@varve/core/inspect';
import { printable, shortened } from '../text/printable.ts';
import { toBase64, toHex } from './byte-text.ts';
import { naturalNotation, show, toJsonMember } from './notation.ts';
import { recordedKeyCodec, recordedValueCodec, type AnyCodec, type AnyKeyCodec } from './recorded-codecs.ts';

const VALUE_LENGTH = 80;
/** Ids of key spaces below this are one byte of a stored key. */
const ONE_BYTE_IDS = 0x80;

interface NamedSpace {
  readonly name: string;
  readonly keys: AnyKeyCodec;
  readonly values: AnyCodec;
}

/** Names and codecs of all key spaces of a database. */
export class EntryText {
  readonly #spaces = new Map<number, NamedSpace>();

  constructor(state: ManifestState | undefined) {
    for (const { id, name, keys, values } of state?.keySpaces ?? []) {
      this.#spaces.set(id, { name, keys: recordedKeyCodec(keys), values: recordedValueCodec(values) });
    }
  }

  /** One line. */
  line(entry: InspectedEntry): string {
    const space = this.#spaces.get(entry.keySpace);
    const key = readable(space?.keys, entry.key);
    const value = entry.kind === 'put' ? `  ${shortened(readable(space?.values, entry.value), VALUE_LENGTH)}` : '';
    const name = entry.keySpace === 0 ? '' : `${printable(space?.name ?? `#${entry.keySpace}`)}: `;
    return `${String(entry.epoch)}  ${entry.kind.padEnd(6)}  ${name}${key}${value}`;
  }

  /** For JSON: what the codecs cannot read is base64. */
  json(entry: InspectedEntry): object {
    const space = this.#spaces.get(entry.keySpace);
    const { kind, epoch, expiry, keySpace } = entry;
    return {
      kind,
      keySpace: space?.name ?? keySpace,
      key: jsonOf(space?.keys, entry.key),
      ...(kind === 'put' && { value: jsonOf(space?.values, entry.value) }),
      epoch: String(epoch),
      ...(expiry !== undefined && { expiry: String(expiry) }),
    };
  }

  /** A stored key, key-space id and all, as bounds and separators are. Separators need not be whole keys: then they are hexadecimal. */
  storedKey(bytes: Uint8Array): string {
    const [id] = bytes;
    const space = id < ONE_BYTE_IDS ? this.#spaces.get(id) : undefined;
    if (space === undefined) return `0x${toHex(bytes)}`;
    return `${space.name === '' ? '' : `${printable(space.name)}: `}${readable(space.keys, bytes.subarray(1))}`;
  }
}

function readable(codec: AnyCodec | undefined, bytes: Uint8Array): string {
  if (codec === undefined) return `0x${toHex(bytes)}`;
  try {
    return show(codec, naturalNotation(codec), codec.decode(bytes, 0, bytes.length));
  } catch {
    return `0x${toHex(bytes)}`; // A tool shows what it finds.
  }
}

function jsonOf(codec: AnyCodec | undefined, bytes: Uint8Array): unknown {
  try {
    if (codec !== undefined) return toJsonMember(codec, undefined, codec.decode(bytes, 0, bytes.length));
  } catch {
    // A tool shows what it finds.
  }
  return { $bytes: toBase64(bytes) };
}
