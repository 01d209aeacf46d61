// Decompositions: what samples cannot say.
import { grad } from '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  ArgumentError,
  cholesky,
  detSync,
  eigh,
  inverse,
  lstsqSync,
  luSync,
  matrixExp,
  noGrad,
  qr,
  qrSync,
  solve,
  sum,
  svd,
  type Tensor,
  tensor,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';

const device = cpu();

const values = [
  [4, 1, 0],
  [1, 3, 1],
  [0, 1, 2],
];

describe('on a device that cannot be read at once', () => {
  const asynchronous = countingDevice(cpu().backend, { syncRead: false });
  const b = tensor([[1], [2], [3]], { device: asynchronous });
  const calls: Readonly<Record<string, (a: Tensor) => Promise<readonly Tensor[]>>> = {
    inverse: async (a) => [await inverse(a)],
    solve: async (a) => [await solve(a, b)],
    cholesky: async (a) => [await cholesky(a)],
    qr: async (a) => Object.values(await qr(a)),
    eigh: async (a) => Object.values(await eigh(a)),
    svd: async (a) => Object.values(await svd(a)),
    matrixExp: async (a) => [await matrixExp(a)],
  };

  test.each(Object.keys(calls))('first and second gradients of %s read nothing', async (name) => {
    const a = tensor(values, { device: asynchronous, requiresGrad: true });
    const outputs = (await calls[name]?.(a)) as readonly Tensor[];
    const { reads } = asynchronous.counts;
    const sums = outputs.map((y) => sum(y.mul(y).mul(y)));
    const [first] = grad(sums, [a], { createGraph: true }) as [Tensor];
    const [second] = grad(sum(first.mul(first)), [a]) as [Tensor];
    expect(asynchronous.counts.reads).toBe(reads);
    expect((await second.data()).every(Number.isFinite)).toBe(true);
  });
});

test('a call that starts inside noGrad is not recorded, although it ends later', async () => {
  const a = tensor(values, { device, requiresGrad: true });
  const started: Promise<Tensor>[] = [];
  noGrad(() => void started.push(inverse(a)));
  expect((await (started[0] as Promise<Tensor>)).requiresGrad).toBe(false);
  expect((await inverse(a)).requiresGrad).toBe(true);
});

test('what carries no gradient does not require one', () => {
  const a = tensor([[1], [2], [4]], { device, requiresGrad: true });
  const { solution, residuals, singularValues } = lstsqSync(a, tensor([[1], [1], [1]], { device }));
  expect([solution, residuals, singularValues].map((x) => x.requiresGrad)).toEqual([true, false, false]);
  const { P, L, U } = luSync(a);
  expect([P, L, U].map((x) => x.requiresGrad)).toEqual([false, true, true]);
});

describe('third derivatives of the determinant', () => {
  /** ∂³ det / ∂a₀₀ ∂a₁₁ ∂a₂₂ at a diagonal matrix, summed over all permutations of the three: 6, by the product rule. */
  const third = (diagonal: readonly number[]): number => {
    const a = tensor(
      diagonal.map((value, i) => diagonal.map((_, j) => (i === j ? value : 0))),
      { device, dtype: 'float64', requiresGrad: true },
    );
    const along = tensor(
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      { device, dtype: 'float64' },
    );
    const [first] = grad(detSync(a), [a], { createGraph: true }) as [Tensor];
    const [second] = grad(sum(first.mul(along)), [a], { createGraph: true }) as [Tensor];
    const [last] = grad(sum(second.mul(along)), [a]) as [Tensor];
    return sum(last.mul(along)).itemSync();
  };

  test('are right for regular matrices', () => {
    expect(third([2, 3, 5])).toBeCloseTo(6, 12);
  });

  test('are said not to be known for singular ones', () => {
    expect(third([2, 3, 0])).toBeNaN();
  });
});

test('a QR decomposition that has no gradient says so in backward', () => {
  const a = tensor([[1], [2]], { device, requiresGrad: true });
  for (const mode of ['complete', 'r'] as const) {
    const { R } = qrSync(a, { mode });
    expect(() => grad(sum(R), [a])).toThrow(ArgumentError);
  }
});
