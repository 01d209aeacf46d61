import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import { conv2d, type Device, manualSeed, ones, randn, type Tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';

const devices = new Map<string, Device>();

beforeAll(async () => {
  devices.set('one thread', await wasm({ threads: 1 }));
  devices.set('two threads', await wasm({ threads: 2 }));
});

interface Case {
  /** N, C, H, W */
  readonly x: readonly [number, number, number, number];
  /** K, C/groups, R, S */
  readonly w: readonly [number, number, number, number];
  readonly options?: Parameters<typeof conv2d>[3];
  readonly bias?: boolean;
}

/** Largest difference as a part of the largest value. */
function error(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const [y, z] = [found.dataSync(), expected.dataSync()] as [Float32Array, Float64Array];
  let [worst, scale] = [0, 0];
  for (let i = 0; i < z.length; i++) {
    worst = Math.max(worst, Math.abs((y[i] as number) - (z[i] as number)));
    scale = Math.max(scale, Math.abs(z[i] as number));
  }
  return worst === 0 ? 0 : worst / scale;
}

/** y, dx, dw and db on a device, for y's gradient. */
async function convolve(operands: readonly (Tensor | null)[], dy: Tensor, { options }: Case) {
  const [x, w, b] = operands.map((t) => t?.detach().requiresGrad_(true)) as [
    Tensor,
    Tensor,
    Tensor | undefined,
  ];
  const y = conv2d(x, w, b ?? null, options);
  await y.backward(dy);
  return { y, dx: x.grad as Tensor, dw: w.grad as Tensor, db: b?.grad };
}

async function check(name: string, sizes: Case, tolerance: number): Promise<void> {
  const device = devices.get(name) as Device;
  manualSeed(3);
  const drawn = (shape: readonly number[]): Tensor => randn(shape, { device: cpu() });
  const [x, w] = [drawn(sizes.x), drawn(sizes.w)];
  const b = sizes.bias === false ? null : drawn([sizes.w[0]]);
  const dy = drawn(conv2d(x, w, b, sizes.options).shape);
  const on = (place: (t: Tensor) => Tensor) =>
    convolve(
      [x, w, b].map((t) => t && place(t)),
      place(dy),
      sizes,
    );
  const found = await on((t) => t.to(device));
  const expected = await on((t) => t.to(cpu()).to('float64'));
  for (const part of ['y', 'dx', 'dw'] as const)
    expect(error(found[part], expected[part])).toBeLessThan(tolerance);
  if (b) expect(error(found.db as Tensor, expected.db as Tensor)).toBeLessThan(tolerance);
}

const DIRECT: readonly Case[] = [
  { x: [2, 3, 8, 8], w: [4, 3, 3, 3], options: { padding: 1 } },
  { x: [1, 1, 1, 1], w: [1, 1, 1, 1] },
  { x: [2, 3, 7, 5], w: [5, 3, 3, 3], options: { padding: 1 }, bias: false },
  { x: [3, 5, 13, 7], w: [7, 5, 3, 3] },
  { x: [2, 4, 9, 10], w: [6, 4, 5, 5], options: { padding: 2 } },
  { x: [2, 8, 6, 6], w: [9, 8, 1, 1] },
  { x: [2, 300, 4, 4], w: [13, 300, 1, 1] },
  { x: [2, 40, 5, 5], w: [3, 40, 3, 3], options: { padding: 2 } },
  { x: [2, 3, 10, 11], w: [8, 3, 3, 3], options: { stride: 2, padding: 1 } },
  { x: [2, 3, 9, 14], w: [4, 3, 2, 4], options: { stride: [2, 3], padding: [1, 2] } },
  { x: [1, 2, 9, 9], w: [3, 2, 1, 1], options: { stride: 3 } },
  { x: [2, 3, 12, 12], w: [4, 3, 3, 3], options: { dilation: 2, padding: 2 } },
  { x: [2, 2, 11, 13], w: [3, 2, 3, 2], options: { dilation: [3, 2], padding: [1, 4], stride: [2, 1] } },
  { x: [2, 6, 7, 7], w: [4, 3, 3, 3], options: { groups: 2, padding: 1 } },
  { x: [2, 8, 9, 9], w: [16, 1, 3, 3], options: { groups: 8, padding: 1, stride: 2 } },
  { x: [2, 12, 9, 9], w: [12, 1, 3, 3], options: { groups: 12, padding: 1 } },
  { x: [40, 2, 2, 2], w: [3, 2, 2, 2] },
  { x: [1, 2, 40, 70], w: [3, 2, 3, 3], options: { padding: 1 } },
  { x: [2, 3, 1, 17], w: [4, 3, 1, 3], options: { padding: [0, 1] } },
];

const WINOGRAD: readonly Case[] = [
  { x: [2, 16, 8, 8], w: [16, 16, 3, 3], options: { padding: 1 } },
  { x: [1, 16, 3, 3], w: [16, 16, 3, 3] },
  { x: [1, 16, 1, 1], w: [16, 16, 3, 3], options: { padding: 1 } },
  { x: [3, 20, 13, 7], w: [17, 20, 3, 3], options: { padding: 1 }, bias: false },
  { x: [2, 33, 9, 10], w: [31, 33, 3, 3] },
  { x: [2, 17, 7, 13], w: [50, 17, 3, 3], options: { padding: 2 } },
  { x: [2, 18, 5, 6], w: [23, 18, 3, 3], options: { padding: [0, 2] } },
  { x: [1, 16, 9, 150], w: [19, 16, 3, 3], options: { padding: [1, 0] } },
  { x: [2, 64, 12, 9], w: [40, 32, 3, 3], options: { groups: 2, padding: 1 } },
  { x: [9, 32, 16, 16], w: [64, 32, 3, 3], options: { padding: 1 } },
  { x: [2, 130, 6, 6], w: [140, 130, 3, 3], options: { padding: 1 } },
];

/** Every channel is a group of its own. */
const DEPTHWISE: readonly Case[] = [
  { x: [2, 5, 9, 11], w: [5, 1, 3, 3], options: { groups: 5, padding: 1 } },
  { x: [2, 3, 9, 11], w: [6, 1, 3, 3], options: { groups: 3 }, bias: false },
  { x: [2, 3, 16, 16], w: [3, 1, 5, 5], options: { groups: 3, padding: 2 } },
  { x: [2, 3, 16, 18], w: [3, 1, 3, 3], options: { groups: 3, padding: 1, stride: 2 } },
  { x: [2, 3, 16, 19], w: [3, 1, 2, 3], options: { groups: 3, stride: [1, 3], dilation: [2, 1] } },
  { x: [1, 4, 17, 17], w: [4, 1, 3, 3], options: { groups: 4, padding: [1, 2], dilation: 2 } },
  { x: [1, 1, 20, 20], w: [3, 1, 4, 4] },
  { x: [1, 2, 20, 20], w: [2, 1, 7, 7], options: { groups: 2, padding: 3 } },
  { x: [1, 2, 5, 5], w: [2, 1, 2, 2], options: { groups: 2, padding: 3 } },
];

describe.each(['one thread', 'two threads'])('conv2d of float32 on %s', (name) => {
  test.each(DIRECT)('x $x, w $w, $options: as in float64, forward and backward', (sizes) =>
    check(name, sizes, 1e-6),
  );

  test.each(DEPTHWISE)('x $x, w $w, $options: depthwise', (sizes) => check(name, sizes, 1e-6));

  test.each(WINOGRAD)('x $x, w $w, $options: by transforms', (sizes) => check(name, sizes, 4e-6));

  test('more images than are given borders at once', () =>
    check(name, { x: [70, 16, 64, 64], w: [8, 16, 3, 3], options: { padding: 1 } }, 3e-6));

  test('nothing to add up gives the bias, and nothing to compute nothing', () => {
    const zeros = (...shape: number[]): Tensor => randn(shape, { device: devices.get(name) as Device });
    const b = zeros(3);
    const y = conv2d(zeros(2, 0, 4, 4), zeros(3, 0, 1, 1), b);
    expect([...y.at(1, ':', 2, 2).dataSync()]).toEqual([...b.dataSync()]);
    expect(conv2d(zeros(0, 2, 4, 4), zeros(3, 2, 1, 1)).shape).toEqual([0, 3, 4, 4]);
  });
});

test('with exactConv an infinity reaches only the pixels that see it', async () => {
  const device = await wasm({ exactConv: true, threads: 1 });
  const x = ones([1, 16, 9, 9], { device });
  x.setAt([0, 3, 4, 4], Number.POSITIVE_INFINITY);
  const y = conv2d(x, ones([16, 16, 3, 3], { device }), null, { padding: 1 });
  const plane = [...y.at(0, 0).contiguous().dataSync()];
  const infinite = plane.flatMap((value, i) => (value === Number.POSITIVE_INFINITY ? [i] : []));
  expect(infinite).toEqual([3, 4, 5].flatMap((row) => [3, 4, 5].map((column) => 9 * row + column)));
  expect(plane.some(Number.isNaN)).toBe(false);
});
