import type { Device, Tensor } from '@flambeau/core';
import { batchNorm, tensor, zeros } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const numbers = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed * (i + 1) * 12.9898) * 3);

const random = (shape: readonly number[], on = device): Tensor =>
  tensor(numbers(shape.reduce((p, n) => p * n, 1)), { device: on }).reshape([...shape]);

/** Mean and biased variance of the channels of (images, channels, plane), in float64. */
function statistics(
  values: Float32Array,
  images: number,
  channels: number,
  plane: number,
): { mean: number[]; variance: number[] } {
  const [mean, variance]: [number[], number[]] = [[], []];
  for (let channel = 0; channel < channels; channel++) {
    const own: number[] = [];
    for (let image = 0; image < images; image++) {
      const at = (image * channels + channel) * plane;
      own.push(...values.subarray(at, at + plane));
    }
    const average = own.reduce((a, b) => a + b, 0) / own.length;
    mean.push(average);
    variance.push(own.reduce((a, b) => a + (b - average) ** 2, 0) / own.length);
  }
  return { mean, variance };
}

const close = (values: readonly number[], digits = 4): unknown[] =>
  values.map((value) => expect.closeTo(value, digits));

/** The statistics of a batch, as batch normalisation tells them. */
async function found(x: Tensor, count: number): Promise<{ mean: number[]; variance: number[] }> {
  const channels = x.shape[1] as number;
  const [mean, variance] = [zeros([channels], { device: x.device }), zeros([channels], { device: x.device })];
  batchNorm(x, mean, variance, { training: true, momentum: 1 });
  const unbiased = [...(await variance.data())];
  return { mean: [...(await mean.data())], variance: unbiased.map((v) => (v * (count - 1)) / count) };
}

describe('statistics of channels', () => {
  test('of planes of every size', async () => {
    for (const plane of [1, 2, 3, 4, 5, 17, 49, 64]) {
      for (const channels of [1, 3, 4, 5, 21]) {
        for (const images of [2, 5]) {
          const x = random([images, channels, plane]);
          const { mean, variance } = await found(x, images * plane);
          const expected = statistics(numbers(x.size), images, channels, plane);
          expect(mean).toEqual(close(expected.mean));
          expect(variance).toEqual(close(expected.variance));
        }
      }
    }
  });

  test('of numbers far from 0 that are close to each other', async () => {
    for (const [images, plane] of [
      [2, 500],
      [1000, 1],
    ] as const) {
      const values = Float32Array.from(numbers(1000), (value) => 10_000 + value / 100);
      const x = tensor(values, { device }).reshape([images, 1, plane]);
      const { variance } = await found(x, 1000);
      expect(variance).toEqual(close(statistics(values, images, 1, plane).variance, 8));
    }
  });

  test('do not depend on the number of threads', async () => {
    for (const shape of [
      [30, 16, 33, 33],
      [4000, 100],
    ]) {
      const of = async (on: Device): Promise<unknown> =>
        batchNorm(random(shape, on), null, null, { training: true }).data();
      expect(await of(threaded)).toEqual(await of(device));
    }
  });

  test('NaN stays in its channel', async () => {
    const x = tensor([1, Number.NaN, 2, 3, 4, 5], { device }).reshape([3, 2]);
    expect((await found(x, 3)).mean).toEqual([expect.closeTo(7 / 3, 5), Number.NaN]);
  });
});
