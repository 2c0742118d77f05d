// Non-negative integers of any size as bytes, most significant first, none for 0 and no leading zero byte. Up to eight bytes without a detour over text.

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));
const WORD = 0xffffffffffffffffn;

/** Bytes that `value` takes. */
export function magnitudeBytes(value: bigint): number {
  if (value > WORD) return (value.toString(16).length + 1) >>> 1;
  scratch.setBigUint64(0, value);
  const high = scratch.getUint32(0);
  return high === 0 ? 4 - (Math.clz32(scratch.getUint32(4)) >>> 3) : 8 - (Math.clz32(high) >>> 3);
}

/** Writes the `length` bytes that `value` takes. */
export function writeMagnitude(value: bigint, target: Uint8Array, offset: number, length: number): void {
  if (length <= 8) {
    scratch.setBigUint64(0, value);
    for (let i = 0; i < length; i++) target[offset + i] = scratch.getUint8(8 - length + i);
    return;
  }
  const digits = value.toString(16).padStart(2 * length, '0');
  for (let i = 0; i < length; i++) target[offset + i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
}

/** The integer in these bytes, each of them turned over first if `flip` is 0xff. */
export function readMagnitude(bytes: Uint8Array, offset: number, length: number, flip = 0): bigint {
  if (length <= 8) {
    scratch.setBigUint64(0, 0n);
    for (let i = 0; i < length; i++) scratch.setUint8(8 - length + i, bytes[offset + i] ^ flip);
    return scratch.getBigUint64(0);
  }
  const digits: string[] = ['0x'];
  for (let i = offset; i < offset + length; i++) digits.push(((bytes[i] ^ flip) + 0x100).toString(16).slice(1));
  return BigInt(digits.join(''));
}
