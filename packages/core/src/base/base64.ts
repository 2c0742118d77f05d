// Bytes in JSON: RFC 4648 base64 with padding. Runtimes that bring their own (https://tc39.es/proposal-arraybuffer-base64/) are not asked: manifests
// are small, and one path is tested everywhere.

import { StorageError } from './errors.ts';

const CHUNK = 8192; // arguments that every engine takes in one call

/** The bytes as base64. */
export function base64Encode(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += CHUNK) binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(binary);
}

/** The bytes that a stored text stands for. Anything but what `base64Encode` makes is a StorageError CORRUPTION. */
export function base64Decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? atob(text) : '';
  if (btoa(binary) !== text) throw new StorageError('CORRUPTION', `stored text is not base64 length=${text.length}`);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
