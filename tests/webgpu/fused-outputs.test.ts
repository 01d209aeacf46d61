import type { Device, Tensor } from '@flambeau/core';
import { conv2d, gelu, linear, manualSeed, matmul, randn, relu, tensor, tidy, where } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { styles } from './styles.ts';

/** A map of a result and of another tensor of its shape. */
type Map = (h: Tensor, other: Tensor) => Tensor;

const MAPS: Readonly<Record<string, Map>> = {
  gelu: (h) => gelu(h),
  'a mask': (h, other) => where(other.gt(0), h, 0),
  'several numbers': (h, other) => h.mul(1.5).sub(other).div(3).add(h.abs().sqrt()),
  'a comparison': (h, other) => h.gt(other),
};

const dispatches = (device: Device): number => device.report()['dispatches'] as number;

describe.runIf(hasAdapter).each(styles)(
  'maps that kernels apply as they store (not run without an adapter): %s',
  (_name, device) => {
    manualSeed(1);
    const random = (...shape: number[]): Tensor => randn(shape, { device });

    /** Expects a map of a result to take no kernel of its own, and to give what it gives when the result is computed first. */
    async function expectSame(compute: () => Tensor, kernels = 1): Promise<void> {
      // Read, since a kernel that nobody demands would run in the middle of others.
      const plain = compute();
      await plain.data();
      const other = random(...plain.shape);
      await other.add(0).data();
      for (const [name, map] of Object.entries(MAPS)) {
        const before = dispatches(device);
        const fused = await tidy(() => map(compute(), other)).data();
        expect(dispatches(device) - before, name).toBe(kernels);
        const alone = compute();
        await alone.data();
        const expected = await map(alone, other).data();
        for (const [i, value] of fused.entries())
          expect(value, `${name} at ${i}`).toBeCloseTo(expected[i]!, 5);
      }
    }

    test.each([
      [3, 17, 5],
      [17, 300, 12],
      [2, 200, 7],
      [70, 33, 130],
    ])('linear of (%i, %i) to %i', async (m, k, n) => {
      const [x, w, b] = [random(m, k), random(n, k), random(n)];
      await expectSame(() => linear(x, w, b));
      await expectSame(() => matmul(x, w.t()));
    });

    test('convolutions of many channels, of few, and of one to a group', async () => {
      for (const [channels, filters, groups] of [
        [3, 20, 1],
        [4, 4, 2],
        [4, 4, 4],
      ] as const) {
        const [x, w, b] = [
          random(2, channels, 7, 9),
          random(filters, channels / groups, 3, 3),
          random(filters),
        ];
        await expectSame(() => conv2d(x, w, b, { padding: 1, groups }));
      }
    });

    test('see infinities and NaN', async () => {
      const x = tensor([[1, Infinity], [-1, Number.NaN]], { device }); // biome-ignore format: a matrix
      const w = tensor([[1, 0], [-1, 1]], { device }); // biome-ignore format: a matrix
      const fused = await tidy(() => relu(linear(x, w))).toArray();
      expect(fused).toEqual([
        [Number.NaN, Infinity],
        [Number.NaN, Number.NaN],
      ]);
    });

    test('a result that somebody holds is computed once, and the map by itself', async () => {
      const [x, w] = [random(4, 5), random(6, 5)];
      const h = linear(x, w);
      const y = relu(h);
      const [found, held] = [await y.data(), await h.data()];
      expect([...found]).toEqual([...held].map((value) => Math.max(value, 0)));
    });
  },
);
