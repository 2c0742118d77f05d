// NDJSON (https://github.com/ndjson/ndjson-spec): one `{"key": ..., "value": ...}` a line; empty lines are left out.

import type { Rows, Row } from './row.ts';

/** Rows of a text, chunk by chunk. */
export async function* readNdjson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Rows> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let line = 0;
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    const read = readLines(lines, line, bytes);
    line += lines.length;
    yield read;
    if (read.mistake !== undefined) return;
  }
  yield readLines([rest + decoder.decode()], line, bytes);
}

function readLines(lines: readonly string[], before: number, bytes: number): Rows {
  const rows: Row[] = [];
  for (let i = 0; i < lines.length; i++) {
    const text = lines[i].trim();
    if (text === '') continue;
    const row = readLine(text, before + i + 1);
    if (typeof row === 'string') return { rows, bytes, mistake: row };
    rows.push(row);
  }
  return { rows, bytes };
}

/** The row, or what is wrong with it. */
function readLine(text: string, line: number): Row | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `line ${line} is not JSON: ${(error as Error).message}`;
  }
  if (typeof json !== 'object' || json === null || !('key' in json) || !('value' in json)) {
    return `line ${line} is no object with key and value: {"key": ..., "value": ...}`;
  }
  return { key: json.key, value: json.value, line };
}
