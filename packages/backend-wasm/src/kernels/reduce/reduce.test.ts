import type { Device, Tensor } from '@flambeau/core';
import { amax, argmax, flip, narrow, permute, sum, tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const SIZES = [1, 3, 4, 5, 16, 17, 67];
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const numbers = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed * (i + 1) * 12.9898) * 100);

const random = (shape: readonly number[]): Tensor =>
  tensor(numbers(shape.reduce((p, n) => p * n, 1)), { device }).reshape([...shape]);

/** What a reduction of a matrix over its second dimension gives, in plain JavaScript. */
async function expected(x: Tensor, reduce: (line: readonly number[]) => number): Promise<number[]> {
  const [rows, columns] = x.shape as readonly [number, number];
  const values = [...(await x.data())];
  return Array.from({ length: rows }, (_, row) => reduce(values.slice(row * columns, (row + 1) * columns)));
}

const total = (line: readonly number[]): number => Math.fround(line.reduce((a, b) => a + b, 0));
const top = (line: readonly number[]): number => Math.max(...line);
const place = (line: readonly number[]): number =>
  line.some(Number.isNaN) ? line.findIndex(Number.isNaN) : line.indexOf(Math.max(...line));

async function agrees(x: Tensor): Promise<void> {
  const close = (await expected(x, total)).map((sum) => (Number.isNaN(sum) ? sum : expect.closeTo(sum, 4)));
  expect([...(await sum(x, 1).data())]).toEqual(close);
  expect([...(await amax(x, 1).data())]).toEqual(await expected(x, top));
  expect([...(await argmax(x, 1).data())]).toEqual(await expected(x, place));
}

describe('sums, maxima and their places', () => {
  test('of rows, columns and what lies apart, of every size', async () => {
    for (const rows of SIZES) {
      for (const columns of SIZES) {
        const x = random([rows, columns]);
        await agrees(x);
        await agrees(x.transpose(0, 1));
        await agrees(narrow(random([rows, columns + 3]), 1, 2, columns));
        await agrees(random([rows, columns, 3]).select(2, 1));
        await agrees(
          narrow(random([rows + 1, columns, 2]), 0, 1, rows)
            .select(2, 0)
            .transpose(0, 1),
        );
      }
    }
  });

  test('over dimensions on both sides of what is kept', async () => {
    const x = random([3, 5, 4, 17]);
    for (const order of [
      [1, 0, 2, 3],
      [3, 0, 1, 2],
      [2, 3, 1, 0],
      [0, 2, 1, 3],
    ]) {
      const view = permute(x, order);
      const [a, b, c, d] = view.shape as [number, number, number, number];
      const matrix = view.contiguous();
      for (const [reduced, shape] of [
        [
          [1, 2, 3],
          [a, b * c * d],
        ],
        [
          [2, 3],
          [a * b, c * d],
        ],
        [[3], [a * b * c, d]],
      ] as const) {
        const sums = [...(await sum(view, reduced).flatten().data())];
        const lines = matrix.reshape([...shape]);
        expect(sums).toEqual((await expected(lines, total)).map((value) => expect.closeTo(value, 3)));
        const tops = [...(await amax(view, reduced).flatten().data())];
        expect(tops).toEqual(await expected(lines, top));
      }
    }
  });

  test('NaN wins, the first one', async () => {
    for (const n of [1, 2, 4, 5, 18, 40]) {
      for (const at of [0, n >> 1, n - 1]) {
        const line = [...numbers(n)];
        line[at] = nan;
        line[n - 1] = nan;
        const x = tensor([line, [...numbers(n)]], { device });
        for (const view of [x, tensor([[...line], [...line]], { device })]) await agrees(view);
        const columns = x.transpose(0, 1).contiguous();
        expect([...(await argmax(columns, 0).data())]).toEqual(await expected(x, place));
        expect([...(await amax(columns, 0).data())]).toEqual(await expected(x, top));
      }
    }
  });

  test('the first of equal maxima is the one, minus infinity too', async () => {
    for (const n of [1, 3, 4, 5, 17, 33]) {
      for (const value of [-infinity, infinity, 0, -3]) {
        const x = tensor(new Float32Array(2 * n).fill(value), { device }).reshape([2, n]);
        await agrees(x);
        await agrees(x.transpose(0, 1));
      }
    }
  });

  test('flipped and repeated elements', async () => {
    await agrees(flip(random([5, 17]), [1]));
    await agrees(random([5, 1]).expand([5, 19]));
    await agrees(random([1, 19]).expand([6, 19]));
  });

  test('nothing sums to 0', async () => {
    expect([...(await sum(random([3, 0]), 1).data())]).toEqual([0, 0, 0]);
    expect(await sum(random([0, 3]), 1).toArray()).toEqual([]);
  });

  test('infinities of both signs sum to NaN', async () => {
    expect(await sum(tensor([infinity, 1, -infinity], { device })).item()).toBeNaN();
    expect(await sum(tensor([infinity, 1, 5], { device })).item()).toBe(infinity);
  });
});

describe('long sums', () => {
  const n = 5_000_003;
  const tenths = new Float32Array(n).fill(0.1);

  test('are rounded once', async () => {
    expect(await sum(tensor(tenths, { device })).item()).toBe(Math.fround(n * Math.fround(0.1)));
    expect(await sum(tensor([1e8, 1, -1e8, 1], { device })).item()).toBe(2);
  });

  test('do not depend on the number of threads', async () => {
    const values = numbers(3 * 400_001);
    const sums = async (on: Device): Promise<number[]> => [
      ...(await sum(tensor(values, { device: on }))
        .reshape([1])
        .data()),
      ...(await sum(tensor(values, { device: on }).reshape([3, 400_001]), 1).data()),
      ...(await sum(tensor(values, { device: on }).reshape([400_001, 3]), 0).data()),
    ];
    expect(await sums(threaded)).toEqual(await sums(device));
  });
});
