import { grad } from '@flambeau/autograd';
import type { Tensor } from '@flambeau/core';
import { batchNorm, fromTyped, sum, zeros } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { distance, numbers } from './distance.ts';
import { styles } from './styles.ts';

describe.runIf(hasAdapter).each(styles)('batch norm (not run without an adapter): %s', (_name, device) => {
  test.each([[[2, 1]], [[70, 5]], [[3, 4, 17]], [[2, 3, 8, 8]], [[1, 2, 40_000]], [[5, 6, 4]]])(
    'of %j: statistics, and gradients of all operands',
    async (shape) => {
      const [images, channels] = shape as [number, number];
      const plane = shape.slice(2).reduce((a, b) => a * b, 1);
      const size = images * channels * plane;
      const count = images * plane;
      const eps = 0.5;
      const data = numbers(size, 5, 1).map((v) => v + 50);
      const [upstream, scales, shifts] = [
        numbers(size, 5, 2),
        numbers(channels, 5, 3),
        numbers(channels, 5, 4),
      ];
      const on = (values: Float32Array, own: readonly number[]): Tensor => fromTyped(values, own, { device });
      const [x, weight, bias] = [on(data, shape), on(scales, [channels]), on(shifts, [channels])] as const;
      for (const t of [x, weight, bias]) t.requiresGrad_();
      const [mean, variance] = [zeros([channels], { device }), zeros([channels], { device })];
      const y = batchNorm(x, mean, variance, { weight, bias, training: true, momentum: 1, eps });
      const gradients = grad(sum(y.mul(on(upstream, shape))), [x, weight, bias]) as Tensor[];
      const expected = [y, ...gradients, mean, variance].map((t) => new Array<number>(t.size).fill(0));
      const [ys, dxs, dweights, dbiases, means, variances] = expected as [
        number[],
        number[],
        number[],
        number[],
        number[],
        number[],
      ];
      for (let channel = 0; channel < channels; channel++) {
        const places = Array.from(
          { length: count },
          (_, i) => (Math.floor(i / plane) * channels + channel) * plane + (i % plane),
        );
        const average = places.reduce((a, at) => a + data[at]!, 0) / count;
        const spread = places.reduce((a, at) => a + (data[at]! - average) ** 2, 0) / count;
        const rstd = 1 / Math.sqrt(spread + eps);
        const normalized = (at: number): number => (data[at]! - average) * rstd;
        means[channel] = average;
        variances[channel] = (spread * count) / (count - 1);
        dweights[channel] = places.reduce((a, at) => a + upstream[at]! * normalized(at), 0);
        dbiases[channel] = places.reduce((a, at) => a + upstream[at]!, 0);
        for (const at of places) {
          const centred =
            upstream[at]! - dbiases[channel]! / count - (normalized(at) * dweights[channel]!) / count;
          ys[at] = normalized(at) * scales[channel]! + shifts[channel]!;
          dxs[at] = scales[channel]! * rstd * centred;
        }
      }
      const found = await Promise.all([y, ...gradients, mean, variance].map((t) => t.data()));
      for (const [i, values] of found.entries()) {
        expect(distance(values, expected[i]!)).toBeLessThan(1e-4);
      }
    },
  );
});
