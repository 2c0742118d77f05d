// Buffers go from batch to batch.

import { describe, expect, it } from 'vitest';
import { BatchBuffers } from './batch-buffers.ts';

const MIB = 1024 * 1024;

describe('buffers of batches', () => {
  it('begin small, and are used again', () => {
    const buffers = new BatchBuffers(MIB);
    const buffer = buffers.take();
    expect(buffer).toHaveLength(1024);
    expect(buffers.take()).not.toBe(buffer);
    buffers.give(buffer);
    expect(buffers.take()).toBe(buffer);
  });

  it('keep what they have grown to, the one that was given last first', () => {
    const buffers = new BatchBuffers(MIB);
    const [small, large] = [new Uint8Array(2048), new Uint8Array(MIB)];
    buffers.give(small);
    buffers.give(large);
    expect(buffers.take()).toBe(large);
    expect(buffers.take()).toBe(small);
  });

  it('are not kept when they are very large, or empty because they were given back before', () => {
    const buffers = new BatchBuffers(MIB);
    buffers.give(new Uint8Array(MIB + 1));
    buffers.give(new Uint8Array(0));
    expect(buffers.take()).toHaveLength(1024);
  });

  it('are kept four at most', () => {
    const buffers = new BatchBuffers(MIB);
    for (let i = 1; i <= 6; i++) buffers.give(new Uint8Array(2000 + i));
    expect(Array.from({ length: 5 }, () => buffers.take().length)).toEqual([2004, 2003, 2002, 2001, 1024]);
  });
});
