import { cpu } from '@flambeau/backend-cpu';
import type { AvgPool2dOptions, MaxPool2dOptions, Tensor } from '@flambeau/core';
import {
  avgPool2d,
  fromTyped,
  full,
  manualSeed,
  maxPool2d,
  maxPool2dWithIndices,
  randn,
} from '@flambeau/core';
import '@flambeau/autograd';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { styles } from './styles.ts';

type Sizes = readonly [number, number, number, number];
type Window = number | readonly [number, number];

const MAXIMA: readonly (readonly [Sizes, Window, MaxPool2dOptions])[] = [
  [[1, 1, 1, 1], 1, {}],
  [[2, 3, 8, 6], 2, {}],
  [[2, 3, 9, 7], 3, { stride: 2, padding: 1 }],
  [[1, 2, 10, 11], [2, 3], { stride: 1 }],
  [[1, 2, 10, 11], [3, 4], { stride: [3, 1], padding: [1, 2], ceilMode: true }],
  [[2, 2, 13, 12], [2, 3], { dilation: [3, 2], padding: 1, stride: 2 }],
  [[3, 1, 17, 5], [4, 1], { stride: [5, 2] }],
];

const MEANS: readonly (readonly [Sizes, Window, AvgPool2dOptions])[] = [
  [[1, 1, 1, 1], 1, {}],
  [[2, 3, 8, 6], 2, {}],
  [[2, 3, 9, 7], 3, { stride: 2, padding: 1 }],
  [[2, 3, 9, 7], 3, { stride: 2, padding: 1, countIncludePad: false }],
  [[1, 2, 10, 11], [3, 4], { stride: [2, 3], padding: [1, 2], ceilMode: true }],
  [[1, 2, 10, 11], [3, 4], { stride: [2, 3], padding: 1, ceilMode: true, countIncludePad: false }],
  [[1, 2, 5, 5], 2, { stride: 1, divisorOverride: -3 }],
  [[3, 1, 17, 5], [4, 1], { stride: [5, 2] }],
  [[1, 2, 64, 63], [64, 63], {}],
];

/** A tensor's values, and the gradient of its input for a gradient that differs everywhere. */
async function derive(x: Tensor, pool: (x: Tensor) => Tensor): Promise<ArrayLike<number>[]> {
  const own = x.detach().requiresGrad_(true);
  const y = pool(own);
  const g = Float32Array.from({ length: y.size }, (_, i) => ((i * 7) % 11) - 4);
  const gradient = fromTyped(g, y.shape, { device: cpu() }).to(y.dtype);
  await y.backward(x.device === gradient.device ? gradient : gradient.to(x.device));
  return [await y.data(), await (own.grad as Tensor).data()] as ArrayLike<number>[];
}

describe.runIf(hasAdapter).each(styles)('pooling (not run without an adapter): %s', (_name, device) => {
  test.each(MAXIMA)(
    'largest of %j, window %j, %j: values, places and gradients of the cpu',
    async (shape, window, options) => {
      manualSeed(2);
      const x = randn(shape, { device: cpu() }).mul(2).round();
      const pool = (t: Tensor): Tensor => maxPool2d(t, window, options);
      expect(await derive(x.to(device), pool)).toEqual(await derive(x, pool));
      const { indices } = maxPool2dWithIndices(x.to(device), window, options);
      expect(await indices.data()).toEqual(await maxPool2dWithIndices(x, window, options).indices.data());
    },
  );

  test.each(MEANS)(
    'mean of %j, window %j, %j: as in float64, forward and backward',
    async (shape, window, options) => {
      manualSeed(2);
      const x = randn(shape, { device: cpu() });
      const pool = (t: Tensor): Tensor => avgPool2d(t, window, options);
      const expected = await derive(x.to('float64'), pool);
      const found = await derive(x.to(device), pool);
      expected.forEach((values, part) => {
        expect(found[part]?.length).toBe(values.length);
        for (let i = 0; i < values.length; i++)
          expect(Math.abs((found[part]?.[i] as number) - (values[i] as number))).toBeLessThan(1e-6);
      });
    },
  );

  test('NaN wins, the last of several; padding never does; of equal ones the first wins', async () => {
    const low = Number.NEGATIVE_INFINITY;
    const rows = [
      [Number.NaN, 3, Number.NaN, 1],
      [low, low, low, low],
      [2, 5, 5, Number.POSITIVE_INFINITY],
    ];
    const x = fromTyped(Float32Array.from(rows.flat()), [3, 1, 1, 4], { device });
    const { values, indices } = maxPool2dWithIndices(x, [1, 3], { stride: [1, 1], padding: [0, 1] });
    const [nan, high] = [Number.NaN, Number.POSITIVE_INFINITY];
    expect([...(await values.data())]).toEqual([nan, nan, nan, nan, low, low, low, low, 5, 5, high, high]);
    expect([...(await indices.data())]).toEqual([0, 2, 2, 2, 0, 0, 1, 2, 1, 1, 3, 3]);
  });

  test('nothing is pooled to nothing, and infinities are averaged', async () => {
    expect((await maxPool2d(full([0, 2, 4, 4], 1, { device }), 2).data()).length).toBe(0);
    const x = full([1, 1, 2, 4], 1, { device });
    x.setAt([0, 0, 1, 1], Number.POSITIVE_INFINITY);
    x.setAt([0, 0, 0, 3], Number.NaN);
    expect([...(await avgPool2d(x, 2).data())]).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
  });
});
