import type { Device, Tensor } from '@flambeau/core';
import { softmaxNll, tensor, ValueError } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const IGNORED = -7;

const numbers = (n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin((i + 1) * 12.9898) * 20);

const labelsOf = (rows: number, classes: number): number[] =>
  Array.from({ length: rows }, (_, i) => (i % 4 === 3 ? IGNORED : (i * 7) % classes));

const losses = (x: ArrayLike<number>, labels: readonly number[], on: Device, dtype = 'float32'): Tensor =>
  softmaxNll(
    tensor([...Array.from(x)], { device: on, dtype: dtype as 'float32' }).reshape([
      labels.length,
      x.length / labels.length,
    ]),
    tensor([...labels], { device: on, dtype: 'int32' }),
    IGNORED,
    'test',
  );

/** The losses in float64. */
function expectedLosses(x: ArrayLike<number>, labels: readonly number[]): number[] {
  const classes = x.length / labels.length;
  return labels.map((label, row) => {
    if (label === IGNORED) return 0;
    const values = Array.from({ length: classes }, (_, i) => x[row * classes + i] as number);
    const top = values.reduce((a, b) => Math.max(a, b));
    const total = values.reduce((a, b) => a + Math.exp(b - top), 0);
    return Math.log(total) + (top - (values[label] as number));
  });
}

describe('cross-entropy of rows', () => {
  test('of every length, some of them ignored', async () => {
    for (const classes of [1, 2, 3, 4, 5, 10, 16, 17, 67]) {
      for (const rows of [1, 5, 33]) {
        const [x, labels] = [numbers(rows * classes), labelsOf(rows, classes)];
        const found = await losses(x, labels, device).data();
        expectedLosses(x, labels).forEach((loss, row) => {
          expect(Math.abs((found[row] as number) - loss)).toBeLessThan(3e-6);
        });
      }
    }
  });

  test('values far from 0 and far apart lose nothing', async () => {
    const x = [1e30, 1e30, -1e30, 1e6, 1e6 + 1, 0, -88, -88, 88];
    expect(await losses(x, [0, 1, 0], device).toArray()).toEqual(
      expectedLosses(Float32Array.from(x), [0, 1, 0]).map((loss) => expect.closeTo(loss, 5)),
    );
  });

  test('NaN and infinities spoil their rows alone, and not those that are ignored', async () => {
    for (const value of [nan, infinity]) {
      const x = [value, 0, 0, value, 0, 0, 0, value];
      expect(await losses(x, [1, 0, 1, IGNORED], device).toArray()).toEqual([
        nan,
        nan,
        Math.fround(Math.LN2),
        0,
      ]);
    }
    expect(await losses([-infinity, 0, -infinity, 0], [1, 0], device).toArray()).toEqual([0, infinity]);
  });

  test.each([
    [[0, 3, 5], 3, 1],
    [[0, IGNORED, -1], -1, 2],
  ])('of labels %j: %i at position %i is told', (labels, value, index) => {
    const call = (): Tensor => losses(numbers(9), labels, device);
    expect(call).toThrow(ValueError);
    expect(call).toThrow(
      `test(): class label out of range: got ${value} at position ${index}, expected 0 ≤ label < 3`,
    );
  });

  test('a label that does not count may be a class', async () => {
    const [x, labels] = [tensor([0, 0, 0, 0], { device }), tensor([0, 1], { device, dtype: 'int32' })];
    expect(await softmaxNll(x.reshape([2, 2]), labels, 1, 'test').toArray()).toEqual([
      Math.fround(Math.LN2),
      0,
    ]);
  });

  test('float64 is computed in float64', async () => {
    const found = await losses([1, 2, 3.5], [1], device, 'float64').data();
    expect(found[0]).toBeCloseTo(expectedLosses([1, 2, 3.5], [1])[0] as number, 14);
  });

  test('does not depend on the number of threads', async () => {
    const [x, labels] = [numbers(900 * 301), labelsOf(900, 301)];
    expect(await losses(x, labels, threaded).data()).toEqual(await losses(x, labels, device).data());
  });
});
