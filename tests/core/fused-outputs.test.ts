import { cpu } from '@flambeau/backend-cpu';
import type { Tensor } from '@flambeau/core';
import { matmul, noGrad, relu, tensor, tidy } from '@flambeau/core';
import { type CountingDevice, type CountingOptions, countingDevice } from '@flambeau/core/testing';
import '@flambeau/autograd';
import { describe, expect, test } from 'vitest';

const fusing = (options: CountingOptions = {}): CountingDevice =>
  countingDevice(cpu().backend, { defer: true, fuses: ['matmul'], ...options });

/** Two matrices whose product is [[-1, 2], [3, -4]]. */
function factors(device: CountingDevice): readonly [Tensor, Tensor] {
  return [tensor([[1, 0], [0, 1]], { device }), tensor([[-1, 2], [3, -4]], { device })]; // biome-ignore format: a matrix
}

const counted = ({ counts: { kernels, fused, maps } }: CountingDevice) => ({ kernels, fused, maps });

describe('a map of a result that nobody else wants', () => {
  test('is applied by the kernel to its output', async () => {
    const device = fusing();
    const y = tidy(() => relu(matmul(...factors(device))).mul(2));
    expect(await y.toArray()).toEqual([[0, 4], [6, 0]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 1, fused: 1, maps: 0 });
    y.dispose();
    expect(device.counts.blocks).toBe(0);
  });

  test('may read it more than once, and other tensors', async () => {
    const device = fusing();
    const other = tensor([[10, 20], [30, 40]], { device }); // biome-ignore format: a matrix
    const y = tidy(() => {
      const h = matmul(...factors(device));
      return h.add(relu(h)).sub(other);
    });
    expect(await y.toArray()).toEqual([[-11, -16], [-24, -44]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 1, fused: 1, maps: 0 });
  });

  test('may be in place', async () => {
    const device = fusing();
    const y = matmul(...factors(device)).relu_();
    expect(await y.toArray()).toEqual([[0, 2], [3, 0]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 1, fused: 1, maps: 0 });
  });

  test('is not applied where an operand is broadcast', async () => {
    const device = fusing();
    const y = tidy(() => matmul(...factors(device)).add(tensor([1, 2], { device })));
    expect(await y.toArray()).toEqual([[0, 4], [4, -2]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 1, fused: 0, maps: 1 });
  });

  test('takes the last of two products, and the other as an operand', async () => {
    const device = fusing();
    const y = tidy(() => matmul(...factors(device)).add(matmul(...factors(device))));
    expect(await y.toArray()).toEqual([[-2, 4], [6, -8]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 2, fused: 1, maps: 0 });
  });
});

describe('a result that others want', () => {
  test('by a handle is computed once, by itself', async () => {
    const device = fusing();
    const h = matmul(...factors(device));
    expect(await relu(h).toArray()).toEqual([[0, 2], [3, 0]]); // biome-ignore format: a matrix
    expect(await h.toArray()).toEqual([[-1, 2], [3, -4]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 1, fused: 0, maps: 1 });
  });

  test('as two maps is computed once, by itself', async () => {
    const device = fusing();
    const h = matmul(...factors(device));
    const [a, b] = [relu(h), h.neg()];
    h.dispose();
    expect(await a.toArray()).toEqual([[0, 2], [3, 0]]); // biome-ignore format: a matrix
    expect(await b.toArray()).toEqual([[1, -2], [-3, 4]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 1, fused: 0, maps: 2 });
  });

  test('as a map on the way is computed up to there', async () => {
    const device = fusing();
    const y = tidy(() => relu(matmul(...factors(device))));
    const z = y.add(1);
    expect(await z.toArray()).toEqual([[1, 3], [4, 1]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 1, fused: 1, maps: 1 });
    expect(await y.toArray()).toEqual([[0, 2], [3, 0]]); // biome-ignore format: a matrix
    expect(counted(device)).toEqual({ kernels: 1, fused: 1, maps: 1 });
  });
});

describe('a kernel that waits', () => {
  test('sees its inputs as they were at the call', async () => {
    const device = fusing();
    const [a, b] = factors(device);
    const y = matmul(a, b);
    a.fill_(7);
    b.mul_(100);
    expect(await y.toArray()).toEqual([[-1, 2], [3, -4]]); // biome-ignore format: a matrix
    expect(await b.toArray()).toEqual([[-100, 200], [300, -400]]); // biome-ignore format: a matrix
  });

  test('never runs for a result that is let go, and lets its inputs go', () => {
    const device = fusing();
    const [a, b] = factors(device);
    const y = relu(matmul(a, b));
    for (const x of [a, b, y]) x.dispose();
    expect(counted(device)).toEqual({ kernels: 0, fused: 0, maps: 0 });
    expect(device.counts.blocks).toBe(0);
  });

  test('runs when four others wait: what they read may be large', () => {
    const device = fusing();
    const [a, b] = factors(device);
    const results = Array.from({ length: 6 }, () => matmul(a, b));
    expect(device.counts.kernels).toBe(2);
    expect(results.map((y) => y.toString())).toHaveLength(6);
  });

  test('refuses what does not fit at the call', () => {
    const device = fusing();
    const [a] = factors(device);
    expect(() => matmul(a, tensor([[1, 2, 3]], { device }))).toThrow('inner sizes differ');
    expect(() => matmul(a, a.to('int32'))).toThrow('dtypes do not fit');
  });

  test('works on a budget that forces spilling', async () => {
    const device = fusing({ budget: 64 });
    const [a, b] = factors(device);
    const results = Array.from({ length: 6 }, (_, i) => tidy(() => relu(matmul(a, b)).mul(i)));
    for (const [i, y] of results.entries()) expect(await y.toArray()).toEqual([[0, 2 * i], [3 * i, 0]]); // biome-ignore format: a matrix
  });
});

test('backward masks the gradient of a product as it is computed', async () => {
  const device = fusing();
  const [a, b] = factors(device);
  const w = tensor([[1, 2], [3, 4]], { device, requiresGrad: true }); // biome-ignore format: a matrix
  const hidden = relu(matmul(b, w));
  matmul(hidden, a).sum().backward();
  // b·w = [[5, 6], [-9, -10]]: the gradient reaches the first row alone.
  expect(await w.grad?.toArray()).toEqual([[-1, -1], [2, 2]]); // biome-ignore format: a matrix
  expect(device.counts.fused).toBe(1);
});

test('results of kernels that waited can be saved for backward and written in place afterwards', async () => {
  const device = fusing();
  const [a, b] = factors(device);
  const w = tensor([[1, 0], [0, 1]], { device, requiresGrad: true }); // biome-ignore format: a matrix
  const h = matmul(b, w);
  const loss = h.mul(h).sum();
  expect(() => {
    noGrad(() => h.add_(1));
    loss.backward();
  }).toThrow('modified in place');
  expect(await matmul(a, w).toArray()).toEqual([[1, 0], [0, 1]]); // biome-ignore format: a matrix
});
