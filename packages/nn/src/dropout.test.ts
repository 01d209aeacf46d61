import { cpu } from '@flambeau/backend-cpu';
import { manualSeed, ones, randn, ShapeError, setDefaultDevice, type Tensor } from '@flambeau/core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as nn from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));
beforeEach(() => {
  manualSeed(5);
});

/** SELU's lower limit, negated: scale · alpha as Klambauer et al. (2017) give them. */
const ALPHA = 1.0507009873554805 * 1.6732632423543772;

/** The distinct values of a tensor, and the share of the smallest. */
function valuesOf(y: Tensor): { values: number[]; share: number } {
  const data = [...y.dataSync()];
  const values = [...new Set(data)].sort((a, b) => a - b);
  return { values, share: data.filter((v) => v === values[0]).length / data.length };
}

/** Five standard deviations of the share of `draws`. */
const allowed = (p: number, draws: number): number => 5 * Math.sqrt((p * (1 - p)) / draws);

describe('channel dropouts', () => {
  test.each([
    ['Dropout1d', new nn.Dropout1d(0.3), [200, 50, 3], 10_000],
    ['Dropout1d without a batch', new nn.Dropout1d(0.3), [10_000, 3], 10_000],
    ['Dropout2d', new nn.Dropout2d(0.3), [200, 50, 2, 3], 10_000],
    ['Dropout2d of lines', new nn.Dropout2d(0.3), [200, 50, 3], 10_000],
    ['Dropout3d', new nn.Dropout3d(0.3), [200, 50, 2, 1, 2], 10_000],
    ['Dropout3d without a batch', new nn.Dropout3d(0.3), [10_000, 2, 1, 2], 10_000],
  ] as const)(
    '%s zeroes whole channels, a share of p, and scales the others by 1/(1 − p)',
    (_name, layer, shape, draws) => {
      const y = layer.forward(ones(shape));
      const { values, share } = valuesOf(y);
      expect(values).toEqual([0, Math.fround(1 / 0.7)]);
      expect(Math.abs(share - 0.3)).toBeLessThan(allowed(0.3, draws));
      const each = y.size / draws;
      const channels = y.reshape([draws, each]);
      expect(channels.amax(1).dataSync()).toEqual(channels.amin(1).dataSync());
    },
  );

  test('refuse other ranks', () => {
    expect(() => new nn.Dropout1d().forward(ones([3]))).toThrow(
      'dropout1d(): wrong rank: got [3], expected (N, C, L)',
    );
    expect(() => new nn.Dropout2d().forward(ones([3, 2]))).toThrow(ShapeError);
    expect(() => new nn.Dropout3d().forward(ones([3, 2, 2]))).toThrow(ShapeError);
  });
});

describe('alpha dropouts', () => {
  test('AlphaDropout gives the two values that the paper says, in their shares', () => {
    for (const p of [0.1, 0.5, 0.8]) {
      const { values, share } = valuesOf(new nn.AlphaDropout(p).forward(ones([200, 500])));
      const a = 1 / Math.sqrt((1 - p) * (1 + p * ALPHA ** 2));
      const b = a * p * ALPHA;
      expect(values).toHaveLength(2);
      expect(values[0]).toBeCloseTo(b - a * ALPHA, 5);
      expect(values[1]).toBeCloseTo(a + b, 5);
      expect(Math.abs(share - p)).toBeLessThan(allowed(p, 1e5));
    }
  });

  test('AlphaDropout keeps the mean 0 and the variance 1 of its input', () => {
    const y = new nn.AlphaDropout(0.4).forward(randn([400, 500], { dtype: 'float64' }));
    // Five standard errors of 200 000 draws; the fourth moment is below 6.
    expect(Math.abs(y.mean().itemSync())).toBeLessThan(5 * Math.sqrt(1 / 2e5));
    expect(Math.abs(y.square().mean().itemSync() - 1)).toBeLessThan(5 * Math.sqrt(5 / 2e5));
  });

  test('FeatureAlphaDropout drops whole channels', () => {
    const y = new nn.FeatureAlphaDropout(0.5).forward(ones([100, 50, 2, 3]));
    const channels = y.reshape([5000, 6]);
    expect(channels.amax(1).dataSync()).toEqual(channels.amin(1).dataSync());
    const { values, share } = valuesOf(y);
    expect(values).toHaveLength(2);
    expect(Math.abs(share - 0.5)).toBeLessThan(allowed(0.5, 5000));
  });
});

test.each([nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout])(
  '$name says its name, in a model and when p is no probability',
  (layer) => {
    expect(() => new layer(-0.5)).toThrow(
      `${layer.name}(): not a probability: got -0.5, expected 0 ≤ p ≤ 1.`,
    );
    expect(String(new layer(0.25))).toBe(`${layer.name}(p=0.25)`);
  },
);
