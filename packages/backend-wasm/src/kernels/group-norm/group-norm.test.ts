import type { Device, DType, Tensor } from '@flambeau/core';
import { groupNorm, tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const EPS = 1e-5;

type Shape = readonly [images: number, channels: number, plane: number];

const numbers = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed * (i + 1) * 12.9898) * 3);

const drawn = (shape: Shape, on = device, dtype: DType = 'float32'): Tensor =>
  tensor([...numbers(shape[0] * shape[1] * shape[2])], { device: on, dtype }).reshape([...shape]);

const vector = (n: number, seed: number, dtype: DType = 'float32'): Tensor =>
  tensor([...numbers(n, seed)], { device, dtype });

/** The normalisation in float64, with weight and bias of seeds 2 and 3 if asked for. */
function normalized([images, channels, plane]: Shape, groups: number, affine: boolean): number[] {
  const values = numbers(images * channels * plane);
  const length = (channels / groups) * plane;
  const [weight, bias] = [numbers(channels, 2), numbers(channels, 3)];
  return Array.from(values, (value, i) => {
    const row = values.subarray(i - (i % length), i - (i % length) + length);
    const mean = row.reduce((a, b) => a + b, 0) / length;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
    const y = (value - mean) / Math.sqrt(variance + EPS);
    const channel = Math.floor(i / plane) % channels;
    return affine ? y * (weight[channel] as number) + (bias[channel] as number) : y;
  });
}

const close = (values: readonly number[], digits = 4): unknown[] =>
  values.map((value) => expect.closeTo(value, digits));

describe('groupNorm', () => {
  test.each([
    [[3, 4, 1], 2],
    [[2, 4, 3], 1],
    [[1, 6, 4], 3],
    [[2, 4, 5], 4],
    [[3, 6, 17], 2],
    [[5, 2, 67], 1],
  ] as const)('of %j in %i groups, with weight and bias and without', async (shape, groups) => {
    const [weight, bias] = [vector(shape[1], 2), vector(shape[1], 3)];
    const x = drawn(shape);
    expect([...(await groupNorm(x, groups).data())]).toEqual(close(normalized(shape, groups, false)));
    expect([...(await groupNorm(x, groups, { weight, bias }).data())]).toEqual(
      close(normalized(shape, groups, true)),
    );
  });

  test('NaN makes its group NaN, infinity too, and no other', async () => {
    const x = tensor([1, Number.NaN, 2, 1, 3, 2, 0, Number.POSITIVE_INFINITY], { device }).reshape([1, 4, 2]);
    const y = [...(await groupNorm(x, 4).data())];
    expect(y.map(Number.isNaN)).toEqual([true, true, false, false, false, false, true, true]);
  });

  test('nothing in, nothing out', () => {
    expect(groupNorm(drawn([0, 4, 3]), 2).shape).toEqual([0, 4, 3]);
    expect(groupNorm(drawn([3, 4, 0]), 2, { weight: vector(4, 1) }).shape).toEqual([3, 4, 0]);
  });

  test('float64 is computed in float64', async () => {
    const [weight, bias] = [vector(4, 2, 'float64'), vector(4, 3, 'float64')];
    const y = await groupNorm(drawn([2, 4, 5], device, 'float64'), 2, { weight, bias }).data();
    expect([...y]).toEqual(close(normalized([2, 4, 5], 2, true), 12));
  });

  test('does not depend on the number of threads', async () => {
    const of = (on: Device): Promise<unknown> => groupNorm(drawn([30, 16, 900], on), 4).data();
    expect(await of(threaded)).toEqual(await of(device));
  });
});
