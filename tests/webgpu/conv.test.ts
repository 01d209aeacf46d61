import { cpu } from '@flambeau/backend-cpu';
import type { Conv2dOptions, Device, Tensor } from '@flambeau/core';
import { conv2d, conv3d, manualSeed, ones, randn } from '@flambeau/core';
import '@flambeau/autograd';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { styles } from './styles.ts';

interface Case {
  /** N, C and the planes' sizes. */
  readonly x: readonly number[];
  /** K, C/groups and the filters' sizes. */
  readonly w: readonly number[];
  readonly options?: Conv2dOptions;
  readonly bias?: boolean;
}

/** Largest difference as a part of the largest value. */
async function error(found: Tensor, expected: Tensor): Promise<number> {
  expect(found.shape).toEqual(expected.shape);
  const [y, z] = [await found.data(), expected.dataSync()] as [Float32Array, Float64Array];
  let [worst, scale] = [0, 0];
  for (let i = 0; i < z.length; i++) {
    const difference = Math.abs((y[i] as number) - (z[i] as number));
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    scale = Math.max(scale, Math.abs(z[i] as number));
  }
  return worst === 0 ? 0 : worst / scale;
}

const convolve = (x: Tensor, w: Tensor, b: Tensor | null, options?: Conv2dOptions): Tensor =>
  x.shape.length === 5 ? conv3d(x, w, b, options as object) : conv2d(x, w, b, options);

/** y, dx and dw on a device, for y's gradient. */
async function derive(operands: readonly (Tensor | null)[], dy: Tensor, { options }: Case) {
  const [x, w, b] = operands.map((t) => t?.detach().requiresGrad_(true) ?? null) as [
    Tensor,
    Tensor,
    Tensor | null,
  ];
  const y = convolve(x, w, b, options);
  await y.backward(dy);
  return { y, dx: x.grad as Tensor, dw: w.grad as Tensor };
}

async function check(device: Device, sizes: Case, tolerance: number): Promise<void> {
  manualSeed(3);
  const drawn = (shape: readonly number[]): Tensor => randn(shape, { device: cpu() });
  const [x, w] = [drawn(sizes.x), drawn(sizes.w)];
  const b = sizes.bias ? drawn([sizes.w[0] as number]) : null;
  const dy = drawn(convolve(x, w, b, sizes.options).shape);
  const on = (place: (t: Tensor) => Tensor) =>
    derive(
      [x, w, b].map((t) => t && place(t)),
      place(dy),
      sizes,
    );
  const found = await on((t) => t.to(device));
  const expected = await on((t) => t.to(cpu()).to('float64'));
  for (const part of ['y', 'dx', 'dw'] as const)
    expect(await error(found[part], expected[part]), part).toBeLessThan(tolerance);
}

const PLANES: readonly Case[] = [
  { x: [1, 1, 1, 1], w: [1, 1, 1, 1] },
  { x: [2, 3, 8, 8], w: [4, 3, 3, 3], options: { padding: 1 }, bias: true },
  { x: [3, 5, 13, 7], w: [17, 5, 3, 3] },
  { x: [2, 4, 9, 10], w: [70, 4, 5, 5], options: { padding: 2 }, bias: true },
  { x: [5, 20, 6, 6], w: [33, 20, 1, 1] },
  { x: [2, 40, 5, 5], w: [12, 40, 3, 3], options: { padding: 2 } },
  { x: [2, 20, 10, 11], w: [12, 20, 3, 3], options: { stride: 2, padding: 1 } },
  { x: [2, 11, 9, 14], w: [9, 11, 2, 4], options: { stride: [2, 3], padding: [1, 2] } },
  { x: [1, 12, 9, 9], w: [13, 12, 1, 1], options: { stride: 3 } },
  { x: [2, 12, 12, 12], w: [10, 12, 3, 3], options: { dilation: 2, padding: 2 } },
  {
    x: [2, 10, 11, 13],
    w: [9, 10, 3, 2],
    options: { dilation: [3, 2], padding: [1, 4], stride: [2, 1] },
  },
  { x: [2, 9, 14, 15], w: [9, 9, 3, 3], options: { dilation: [2, 3], padding: 3, stride: [4, 6] } },
  { x: [2, 24, 7, 7], w: [18, 12, 3, 3], options: { groups: 2, padding: 1 }, bias: true },
  { x: [2, 12, 7, 7], w: [16, 3, 3, 3], options: { groups: 4, padding: 1, stride: 2 } },
  { x: [2, 8, 9, 9], w: [16, 1, 3, 3], options: { groups: 8, padding: 1, stride: 2 } },
  { x: [2, 12, 9, 9], w: [12, 1, 3, 3], options: { groups: 12, padding: 1 }, bias: true },
  { x: [1, 4, 17, 17], w: [4, 1, 5, 3], options: { groups: 4, padding: [1, 2], dilation: 2 } },
  { x: [40, 2, 2, 2], w: [3, 2, 2, 2] },
  { x: [2, 3, 1, 17], w: [4, 3, 1, 3], options: { padding: [0, 1] } },
  { x: [6, 3, 30, 31], w: [9, 3, 3, 3], options: { padding: 1 } },
];

const VOLUMES: readonly Case[] = [
  { x: [2, 3, 4, 5, 6], w: [4, 3, 2, 3, 3], bias: true },
  { x: [2, 10, 5, 5, 6], w: [18, 5, 3, 2, 3], options: { groups: 2, stride: 2, padding: 1 } },
];

describe.runIf(hasAdapter).each(styles)('convolutions (not run without an adapter): %s', (_name, device) => {
  test.each(PLANES)('x $x, w $w, $options: as in float64, forward and backward', (sizes) =>
    check(device, sizes, 1e-6),
  );

  test.each(VOLUMES)('x $x, w $w, $options: volumes', (sizes) => check(device, sizes, 1e-6));

  test('ten thousand products stay accurate, though all are of one sign', async () => {
    const x = ones([1, 1100, 6, 6], { device }).mul(0.1);
    const w = ones([12, 1100, 3, 3], { device });
    const y = await conv2d(x, w).data();
    for (const value of y) expect(Math.abs(value / (9900 * Math.fround(0.1)) - 1)).toBeLessThan(4e-6);
    const many = ones([3, 12, 60, 62], { device }).mul(0.1).requiresGrad_(true);
    const filter = ones([12, 12, 3, 3], { device }).requiresGrad_(true);
    await conv2d(many, filter).sum().backward();
    const products = 3 * 58 * 60;
    for (const value of await (filter.grad as Tensor).data())
      expect(Math.abs(value / (products * Math.fround(0.1)) - 1)).toBeLessThan(4e-6);
  });

  test('gradients are the same bits in every run', async () => {
    const x = randn([4, 9, 20, 20], { device });
    const run = async (): Promise<Float32Array[]> => {
      const [own, w] = [x.detach().requiresGrad_(true), ones([10, 9, 3, 3], { device }).requiresGrad_(true)];
      await conv2d(own, w).square().sum().backward();
      return [await (own.grad as Tensor).data(), await (w.grad as Tensor).data()] as Float32Array[];
    };
    expect(await run()).toEqual(await run());
  });

  test('an infinity and a NaN reach only what sees them', async () => {
    const [x, w] = [ones([1, 12, 6, 6], { device }), ones([12, 12, 3, 3], { device })];
    x.setAt([0, 3, 0, 0], Number.POSITIVE_INFINITY);
    x.setAt([0, 11, 5, 5], Number.NaN);
    const y = await conv2d(x, w, null, { padding: 1 }).at(0, 7).contiguous().data();
    const found = [...y].flatMap((value, i) => (Number.isFinite(value) ? [] : [[i, value]]));
    const corner = (places: readonly number[], value: number) => places.map((i) => [i, value]);
    expect(found).toEqual([
      ...corner([0, 1, 6, 7], Number.POSITIVE_INFINITY),
      ...corner([28, 29, 34, 35], Number.NaN),
    ]);
  });

  test('operands may start anywhere in their memory', async () => {
    manualSeed(5);
    const host = randn([3, 5, 6, 6], { device: cpu() });
    const filters = randn([12, 5, 3, 3], { device: cpu() });
    const x = host.to(device).at([1, 3]);
    const w = filters.to(device).at([1, 11]);
    const expected = conv2d(host.at([1, 3]).to('float64'), filters.at([1, 11]).to('float64'));
    expect(await error(conv2d(x, w), expected)).toBeLessThan(1e-6);
  });

  test('nothing to add up gives the bias, and nothing to compute nothing', async () => {
    const drawn = (...shape: number[]): Tensor => randn(shape, { device });
    const b = drawn(9);
    const y = conv2d(drawn(2, 0, 4, 4), drawn(9, 0, 1, 1), b);
    expect([...(await y.at(1, ':', 2, 2).contiguous().data())]).toEqual([...(await b.data())]);
    expect(conv2d(drawn(0, 2, 4, 4), drawn(3, 2, 1, 1)).shape).toEqual([0, 3, 4, 4]);
    const [x, w] = [drawn(0, 9, 4, 4).requiresGrad_(true), drawn(9, 9, 3, 3).requiresGrad_(true)];
    await conv2d(x, w).sum().backward();
    expect([...(await (w.grad as Tensor).data())]).toEqual(new Array(729).fill(0));
  });
});
