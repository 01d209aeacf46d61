import type { DType } from '@flambeau/core';
import { expect, test } from 'vitest';
import { allocBlock } from './alloc.ts';

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'uint8', 'int8', 'bool'];

test('blocks of every dtype and many sizes start at zero and do not overlap', () => {
  const blocks = dtypes.flatMap((dtype) =>
    [0, 1, 3, 17, 33, 65, 200, 255, 256, 257, 1025].map((length) => ({
      length,
      block: allocBlock(dtype, length),
    })),
  );
  for (const [i, { length, block }] of blocks.entries()) {
    expect(block.length).toBe(length);
    expect(block.every((value) => value === 0)).toBe(true);
    block.fill((i % 100) + 1);
  }
  for (const [i, { block }] of blocks.entries()) {
    expect(block.every((value) => value === (i % 100) + 1)).toBe(true);
  }
});

test('a small block keeps no more than 8 KiB alive, a large one exactly its own bytes', () => {
  for (let i = 0; i < 50; i++) expect(allocBlock('float32', 200).buffer.byteLength).toBe(8192);
  expect(allocBlock('float32', 1000).buffer.byteLength).toBe(4000);
});
