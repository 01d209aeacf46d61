import { wasm } from '@flambeau/backend-wasm';
import type { Device, Tensor } from '@flambeau/core';
import { gelu, linear, manualSeed, matmul, randn, relu, tensor, tidy, where } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';

/** A map of a result and of another tensor of its shape. */
type Map = (h: Tensor, other: Tensor) => Tensor;

const MAPS: Readonly<Record<string, Map>> = {
  relu: (h) => relu(h),
  gelu: (h) => gelu(h),
  'a mask': (h, other) => where(other.gt(0), h, 0),
  'a residual': (h, other) => h.add(other),
  'h + relu(h)': (h) => h.add(relu(h)),
  'several numbers': (h, other) => h.mul(1.5).sub(other).div(3).add(h.abs().sqrt()),
};

describe.each([1, 2])('maps that kernels apply to their outputs, on %i threads', (threads) => {
  let device: Device;
  beforeAll(async () => {
    device = await wasm({ threads });
    manualSeed(1);
  });

  const random = (...shape: number[]): Tensor => randn(shape, { device });

  /** Bits of a map of a result: fused, as nobody else holds it, and of the result as it is computed by itself. */
  async function both(compute: () => Tensor, map: Map, other: Tensor): Promise<[Int32Array, Int32Array]> {
    const bits = async (y: Tensor): Promise<Int32Array> =>
      new Int32Array(((await y.data()) as Float32Array).buffer);
    const fused = await bits(tidy(() => map(compute(), other)));
    const alone = compute();
    await alone.data();
    return [fused, await bits(map(alone, other))];
  }

  async function expectSame(compute: () => Tensor): Promise<void> {
    const other = random(...compute().shape);
    for (const [name, map] of Object.entries(MAPS)) {
      const [fused, alone] = await both(compute, map, other);
      expect(fused, name).toEqual(alone);
    }
  }

  test.each([
    [1, 1, 1],
    [1, 5, 33],
    [7, 4, 1],
    [3, 17, 5],
    [5, 1, 17],
    [17, 300, 13],
    [64, 96, 40],
    [200, 520, 35],
  ])('give what maps of their own give: linear of (%i, %i) to %i', async (m, k, n) => {
    const [x, w, b] = [random(m, k), random(n, k), random(n)];
    await expectSame(() => linear(x, w, b));
    await expectSame(() => linear(x, w));
  });

  test('give what maps of their own give: products of many matrices, and of views', async () => {
    const [a, b] = [random(6, 5, 9), random(6, 9, 11)];
    await expectSame(() => matmul(a, b));
    await expectSame(() => matmul(a.mT, a));
    const [large, wide] = [random(3, 130, 140), random(140, 150)];
    await expectSame(() => matmul(large, wide));
    await expectSame(() => linear(large.transpose(0, 1), wide.t()));
  });

  test('see infinities and NaN', async () => {
    const x = tensor([[1, Number.POSITIVE_INFINITY, Number.NaN], [-1, 0, 0]], { device }); // biome-ignore format: a matrix
    const w = random(9, 3);
    await expectSame(() => linear(x, w));
  });

  test('are left to kernels of their own where they are long or of other dtypes', async () => {
    const [x, w] = [random(4, 5), random(6, 5)];
    const long: Map = (h) => Array.from({ length: 40 }, (_, i) => i).reduce((y, i) => y.mul(1.01).add(i), h);
    for (const map of [
      long,
      ((h) => h.gt(0).to('float32')) satisfies Map,
      ((h) => h.to('int32').to('float32')) satisfies Map,
    ]) {
      const [fused, alone] = await both(() => linear(x, w), map, x);
      expect(fused).toEqual(alone);
    }
    expect((await tidy(() => linear(x, w).gt(0)).data()).length).toBe(24);
  });
});
