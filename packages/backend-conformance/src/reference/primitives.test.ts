import { expect, test } from 'vitest';
import { broadcast, type Dense, elementAt, indices } from './dense.ts';
import { gathered, largestAt, largestOver, mapped, product, scattered, sumOver } from './primitives.ts';
import { scalarChecks } from './scalars.ts';

const matrix: Dense = { shape: [2, 3], data: [1, 5, 5, 4, Number.NaN, 6] };

test('indices run through a shape in row-major order', () => {
  expect([...indices([2, 2])].map(String)).toEqual(['0,0', '0,1', '1,0', '1,1']);
  expect([...indices([])]).toEqual([[]]);
  expect([...indices([2, 0])]).toEqual([]);
});

test('shapes broadcast, empty ones too, and elements are found in what is smaller', () => {
  expect(broadcast([2, 1, 4], [3, 1])).toEqual([2, 3, 4]);
  expect(broadcast([0], [1])).toEqual([0]);
  expect(elementAt({ shape: [3, 1], data: [7, 8, 9] }, [5, 2, 4])).toBe(9);
});

test('reductions go over any axes', () => {
  expect(sumOver(matrix, [0])).toEqual({ shape: [3], data: [5, Number.NaN, 11] });
  expect(sumOver({ shape: [2, 2, 2], data: [1, 2, 3, 4, 5, 6, 7, 8] }, [0, 2])).toEqual({
    shape: [2],
    data: [14, 22],
  });
  expect(sumOver({ shape: [0, 2], data: [] }, [0])).toEqual({ shape: [2], data: [0, 0] });
  expect(largestOver(matrix, [1])).toEqual({ shape: [2], data: [5, Number.NaN] });
  expect(largestAt(matrix, [1])).toEqual({ shape: [2], data: [1, 1] });
  expect(largestAt({ shape: [4], data: [3, 9, 9, 1] }, [0])).toEqual({ shape: [], data: [1] });
});

test('matrices multiply in batches', () => {
  const a = { shape: [2, 1, 2], data: [1, 2, 3, 4] };
  const b = { shape: [2, 2], data: [1, 10, 100, 1000] };
  expect(product(a, b)).toEqual({ shape: [2, 1, 2], data: [201, 2010, 403, 4030] });
  expect(product({ shape: [1, 0], data: [] }, { shape: [0, 2], data: [] })).toEqual({
    shape: [1, 2],
    data: [0, 0],
  });
});

test('positions are looked up, and added to', () => {
  const x = { shape: [2, 2], data: [1, 2, 3, 4] };
  const index = { shape: [1, 2], data: [1, 0] };
  expect(gathered(x, 0, index)).toEqual({ shape: [1, 2], data: [3, 2] });
  const twice = { shape: [2, 2], data: [0, 0, 1, 1] };
  expect(scattered(x, 1, twice, { shape: [2, 2], data: [10, 20, 30, 40] })).toEqual({
    shape: [2, 2],
    data: [31, 2, 3, 74],
  });
});

test('scalar operations have the meaning of C, and int32 wraps around', () => {
  const on = (name: 'pow' | 'mul' | 'div' | 'shl', kind: 'float' | 'integer', a: number, b: number) =>
    scalarChecks[name][kind]?.(a, b);
  expect(on('pow', 'float', 1, Number.NaN)).toBe(1);
  expect(on('pow', 'float', -1, Infinity)).toBe(1);
  expect(on('mul', 'integer', 65537, 65537)).toBe(131073);
  expect(on('pow', 'integer', 7, 31)).toBe(Number(BigInt.asIntN(32, 157775382034845806615042743n)));
  expect(on('div', 'integer', -7, 2)).toBe(-3);
  expect(on('div', 'integer', 5, 0)).toBe(0);
  expect(on('shl', 'integer', 3, 31)).toBe(-2147483648);
  const less = scalarChecks.lt.float as (a: number, b: number) => number;
  expect(mapped(less, { shape: [2, 1], data: [1, 3] }, { shape: [2], data: [2, 4] })).toEqual({
    shape: [2, 2],
    data: [1, 1, 0, 1],
  });
});
