// What a manifest object says of the history that it belongs to (docs/FORMAT.md, manifest): read without checks, since nothing but the cache's own
// hits rests on it, and the engine reads the same bytes with all of them.

const MAGIC = 0x4e414d56;
const HEADER_BYTES = 8;
const RECORD_HEADER_BYTES = 16;
const PAYLOAD_AT = HEADER_BYTES + RECORD_HEADER_BYTES;

/** Of one manifest. */
export interface ManifestFacts {
  /** Random, and nobody else's. */
  readonly nonce: string;
  /** Snapshots say whose history it is: the database, and its log, which is another in every copy. */
  readonly identity: string | undefined;
}

/** Name of manifest `n`. */
export function manifestName(n: number): string {
  return `manifest/${String(n).padStart(20, '0')}.manifest`;
}

/** Number of a manifest, or undefined when the name is not one. */
export function manifestNumber(name: string): number | undefined {
  const match = /^manifest\/(\d{20})\.manifest$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** Undefined when the bytes are no manifest. */
export function manifestFacts(bytes: Uint8Array): ManifestFacts | undefined {
  if (bytes.length < PAYLOAD_AT) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = PAYLOAD_AT + view.getUint32(HEADER_BYTES, true);
  if (view.getUint32(0, true) !== MAGIC || end > bytes.length) return undefined;
  const json = parsed(bytes.slice(PAYLOAD_AT, end));
  if (typeof json?.nonce !== 'string') return undefined;
  const { nonce, database } = json;
  const log = json.log?.uuid;
  const isSnapshot = typeof database === 'string' && typeof log === 'string';
  return { nonce, identity: isSnapshot ? `${database}-${log}` : undefined };
}

function parsed(bytes: Uint8Array): { nonce?: unknown; database?: unknown; log?: { uuid?: unknown } | null } | null | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as ReturnType<typeof parsed>;
  } catch {
    // No manifest that this cache understands: the engine says what is wrong with it.
    return undefined;
  }
}
