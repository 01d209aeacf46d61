import type { Device, DType, Tensor } from '@flambeau/core';
import { expand, flip, full, permute, tensor, zeros } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'uint8', 'int8', 'bool'];

const counting = (shape: readonly number[], dtype: DType = 'float32', on = device): Tensor => {
  const size = shape.reduce((p, n) => p * n, 1);
  const values = Array.from({ length: size }, (_, i) => (dtype === 'bool' ? i % 3 : i % 100));
  return tensor(values, { device: on, dtype }).reshape([...shape]);
};

/** What a view should show, element by element, from its strides. */
function shown(x: Tensor, values: ArrayLike<number>): number[] {
  const out: number[] = [];
  const visit = (axis: number, at: number): void => {
    if (axis === x.shape.length) out.push(Number(values[at]));
    else
      for (let i = 0; i < (x.shape[axis] as number); i++)
        visit(axis + 1, at + i * (x.strides[axis] as number));
  };
  visit(0, x.offset);
  return out;
}

/** Copies a view of a tensor and compares it with what its strides say. */
async function copies(base: Tensor, view: (x: Tensor) => Tensor): Promise<void> {
  const x = view(base);
  const copy = x.clone();
  expect(copy.shape).toEqual(x.shape);
  expect([...(await copy.data())].map(Number)).toEqual(shown(x, await base.data()));
}

const VIEWS: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  ['as they are', (x) => x],
  ['turned', (x) => permute(x, [2, 1, 0])],
  ['with the last two swapped', (x) => permute(x, [0, 2, 1])],
  ['rolled', (x) => permute(x, [1, 2, 0])],
  ['rolled back', (x) => permute(x, [2, 0, 1])],
  ['cut', (x) => x.at(':', [1, null], [0, -1])],
  ['thinned', (x) => x.at(':', ':', [null, null, 2])],
  ['thinned and turned', (x) => permute(x.at(':', [null, null, 2]), [2, 1, 0])],
  ['flipped', (x) => flip(x, [0, 2])],
  ['repeated', (x) => expand(x.at(':', ':', [0, 1]), [-1, -1, 5])],
  ['repeated before', (x) => expand(x.at([0, 1]), [4, -1, -1])],
  ['one for all', (x) => expand(x.at([0, 1], [0, 1], [0, 1]), [3, 7, 11])],
];

describe('copyStrided', () => {
  test.each(VIEWS)('elements %s', async (_name, view) => {
    for (const dtype of DTYPES) {
      for (const shape of [
        [1, 2, 1],
        [2, 3, 4],
        [5, 4, 8],
        [3, 17, 33],
        [1, 70, 3],
      ])
        await copies(counting(shape, dtype), view);
    }
  });

  test('large ones give the same on several threads', async () => {
    for (const [, view] of VIEWS) {
      const of = (on: Device): Promise<unknown> =>
        view(counting([40, 130, 150], 'float32', on))
          .clone()
          .data();
      expect(await of(threaded)).toEqual(await of(device));
    }
  });

  test('into views: nothing beside them changes', async () => {
    const target = zeros([6, 7, 9], { device });
    const values = counting([4, 3, 6]).add(1);
    target.setAt(
      [
        [1, 5],
        [null, null, 3],
        [2, -1],
      ],
      values,
    );
    const [found, wanted] = [await target.data(), await values.data()];
    const expected = new Float32Array(6 * 7 * 9);
    let at = 0;
    for (let i = 1; i < 5; i++) {
      for (let j = 0; j < 7; j += 3) {
        for (let k = 2; k < 8; k++) expected[(i * 7 + j) * 9 + k] = wanted[at++] as number;
      }
    }
    expect(found).toEqual(expected);
  });

  test('NaN keeps its bits, and nothing is nothing', async () => {
    const x = tensor(Float32Array.of(Number.NaN, -0, 1, 2), { device }).reshape([2, 2]);
    expect([...(await x.t().contiguous().data())]).toEqual([Number.NaN, 1, -0, 2]);
    expect(zeros([0, 3], { device }).t().clone().shape).toEqual([3, 0]);
  });
});

describe('fill', () => {
  test('of every dtype and size', async () => {
    for (const dtype of DTYPES) {
      for (const n of [1, 3, 4, 5, 17, 1000]) {
        const value = dtype === 'bool' ? 1 : 7;
        const y = full([n], value, { device, dtype });
        expect([...(await y.data())].map(Number)).toEqual(new Array(n).fill(value));
      }
    }
  });

  test('of views', async () => {
    const x = zeros([3, 4], { device });
    x.setAt([':', 1], 5);
    x.setAt([2, [2, null]], Number.POSITIVE_INFINITY);
    expect(await x.toArray()).toEqual([
      [0, 5, 0, 0],
      [0, 5, 0, 0],
      [0, 5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ]);
  });
});
