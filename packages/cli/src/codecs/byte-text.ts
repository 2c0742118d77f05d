// Bytes as text.

import { usage } from '../failure.ts';

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** Hexadecimal digits, two a byte; a leading 0x is allowed. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/^0x/i, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) throw usage(`not hexadecimal: ${text}`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

/** RFC 4648, with padding. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/** RFC 4648, padding may be missing. */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) throw usage(`not base64: ${text}`);
  return Uint8Array.from(bytes);
}

/** The text in the bytes, or undefined when they are not UTF-8. */
export function toUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // That is the answer.
  }
}
