import { describe, expect, test } from 'vitest';
import type { Op } from './op.ts';
import { type OpName, opTable } from './table.ts';

describe('the table of ops', () => {
  test('files every op under its own name', () => {
    for (const [name, op] of opTable) expect(op.name).toBe(name);
  });

  test('has rows, kernels, views and the transfer', () => {
    const kinds = (['relu', 'conv2d', 'permute', 'to'] as const).map((name) => opTable.get(name)?.kind);
    expect(kinds).toEqual(['map', 'kernel', 'view', 'transfer']);
  });

  test('has for every op a gradient, or says aloud that there is none', () => {
    const silent = [...opTable.values()].filter((op: Op) => op.kind !== 'map' && op.vjp === undefined);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test('has a type that knows exactly its names', () => {
    const name: OpName = 'matmul';
    // @ts-expect-error: not an op
    const wrong: OpName = 'matmull';
    expect(opTable.has(name)).toBe(true);
    expect(opTable.has(wrong)).toBe(false);
  });
});
