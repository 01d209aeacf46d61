import '@flambeau/autograd';
import { wasm } from '@flambeau/backend-wasm';
import type { Conv2dOptions, Device, Kernel, Tensor } from '@flambeau/core';
import { conv2d, fromTyped, gelu, manualSeed, maxPool2d, randn, relu, tanh, tidy } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';

const CONVOLUTIONS = ['conv2d', 'conv2dInputGrad', 'maxPool2dGrad'];

interface Counted {
  readonly device: Device;
  /** Kernels that were given a map. */
  fused: number;
}

/** A device that counts the kernels with maps, or whose kernels take none. */
async function counting(threads: number, exactConv: boolean, fuses: boolean): Promise<Counted> {
  const device = await wasm({ threads, exactConv });
  const counted = { device, fused: 0 };
  for (const name of CONVOLUTIONS) {
    const kernel = device.kernel(name) as Kernel<unknown>;
    const { fusesOutput, ...rest } = kernel;
    const run: Kernel<unknown> = (inputs, outputs, attrs, context) => {
      if (context.epilogue) counted.fused++;
      return kernel(inputs, outputs, attrs, context);
    };
    const own = Object.assign(run, rest, fuses && fusesOutput ? { fusesOutput } : {});
    device.register(name, own as Kernel<never>);
  }
  return counted;
}

const bits = async (x: Tensor | null): Promise<Int32Array> => {
  if (!x) throw new Error('no gradient');
  return new Int32Array(((await x.data()) as Float32Array).buffer);
};

interface Case extends Conv2dOptions {
  readonly x: readonly [number, number, number, number];
  readonly w: readonly [number, number, number, number];
}

const CASES: Readonly<Record<string, Case>> = {
  'transformed tiles': { x: [3, 16, 10, 9], w: [20, 16, 3, 3], padding: 1 },
  'rows of tiles in several parts': { x: [1, 16, 6, 150], w: [16, 16, 3, 3], padding: 1 },
  'few channels': { x: [2, 3, 11, 7], w: [8, 3, 3, 3], padding: 1 },
  'bands of large planes': { x: [1, 2, 70, 65], w: [3, 2, 5, 5], padding: 2 },
  'groups and dilation': { x: [2, 6, 9, 9], w: [4, 3, 3, 3], groups: 2, dilation: 2 },
  'a stride': { x: [2, 5, 9, 8], w: [7, 5, 3, 3], stride: 2 },
  'deep sums': { x: [1, 300, 5, 5], w: [9, 300, 2, 2] },
  'channels by themselves': { x: [2, 5, 9, 7], w: [10, 1, 3, 3], groups: 5, padding: 1 },
  'one pixel': { x: [1, 1, 1, 1], w: [1, 1, 1, 1] },
};

describe.each([
  [1, false],
  [2, false],
  [1, true],
])('on %i threads (exact: %s)', (threads, exact) => {
  let fusing: Counted;
  let plain: Counted;
  beforeAll(async () => {
    fusing = await counting(threads, exact, true);
    plain = await counting(threads, exact, false);
  });

  async function numbers(seed: number, shape: readonly number[]): Promise<Float32Array> {
    manualSeed(seed);
    return (await randn(shape, { device: plain.device }).data()) as Float32Array;
  }

  /** The bits that `compute` gives on both devices, and how many kernels took a map. */
  async function compare(
    shapes: readonly (readonly number[])[],
    compute: (tensors: Tensor[]) => Tensor | null,
  ): Promise<number> {
    const values = await Promise.all(shapes.map((shape, i) => numbers(i + 1, shape)));
    const before = fusing.fused;
    const [a, b] = await Promise.all(
      [fusing, plain].map(({ device }) =>
        bits(
          compute(
            shapes.map((shape, i) => fromTyped((values[i] as Float32Array).slice(), shape, { device })),
          ),
        ),
      ),
    );
    expect(a).toEqual(b);
    expect(plain.fused).toBe(0);
    return fusing.fused - before;
  }

  test.each(Object.entries(CASES))(
    'convolutions take the maps that follow: %s',
    async (_, { x, w, ...options }) => {
      const shapes = [x, w, [w[0]]];
      const convolve = ([a, f, b]: Tensor[]): Tensor => conv2d(a as Tensor, f as Tensor, b, options);
      for (const map of [relu, gelu, (h: Tensor): Tensor => h.mul(0.5).add(h.abs())])
        expect(await compare(shapes, (tensors) => tidy(() => map(convolve(tensors))))).toBe(1);
    },
  );

  test.each(Object.entries(CASES))(
    'their gradients take the masks before them: %s',
    async (_, { x, w, ...options }) => {
      const fused = await compare([x, w], ([a, f]) => {
        const leaf = (a as Tensor).requiresGrad_();
        conv2d(relu(leaf), f as Tensor, null, options)
          .sum()
          .backward();
        return leaf.grad;
      });
      expect(fused).toBe(options.stride ? 0 : 1);
    },
  );

  test.each([
    ['side by side', [2, 3, 8, 10], { kernelSize: 2 }],
    ['with a rest', [2, 3, 9, 7], { kernelSize: 2 }],
    ['over each other', [1, 2, 9, 7], { kernelSize: 3, stride: 1, padding: 1 }],
  ] as const)(
    'gradients of pools take the masks before them: windows %s',
    async (_, shape, { kernelSize, ...rest }) => {
      for (const map of [relu, tanh]) {
        const fused = await compare([shape], ([a]) => {
          const leaf = (a as Tensor).requiresGrad_();
          maxPool2d(map(leaf), kernelSize, rest).sum().backward();
          return leaf.grad;
        });
        expect(fused).toBe(1);
      }
    },
  );
});
