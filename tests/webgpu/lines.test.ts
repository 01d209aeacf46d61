import { grad } from '@flambeau/autograd';
import type { Device, Tensor } from '@flambeau/core';
import { fromTyped, layerNorm, logSoftmax, softmax, sum } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { distance, numbers } from './distance.ts';
import { styles } from './styles.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Applies a function of a line, in float64, along an axis. */
function alongAxis(
  data: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  fn: (line: number[]) => number[],
): number[] {
  const n = shape[axis] as number;
  const step = sizeOf(shape.slice(axis + 1));
  const out = new Array<number>(data.length);
  for (let line = 0; line < data.length / n; line++) {
    const start = Math.floor(line / step) * n * step + (line % step);
    const values = fn(Array.from({ length: n }, (_, i) => data[start + i * step] as number));
    for (let i = 0; i < n; i++) out[start + i * step] = values[i] as number;
  }
  return out;
}

const softmaxOf = (line: readonly number[]): number[] => {
  const top = Math.max(...line);
  const powers = line.map((x) => Math.exp(x - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((e) => e / total);
};

const logSoftmaxOf = (line: readonly number[]): number[] => {
  const top = Math.max(...line);
  const down = Math.log(line.reduce((a, x) => a + Math.exp(x - top), 0));
  return line.map((x) => x - top - down);
};

const from = (data: Float32Array, shape: readonly number[], device: Device): Tensor =>
  fromTyped(data, shape, { device });

/** Lines of one element, of odd sizes, in fours, shared by a group, and across: single columns and fours of them. */
const cases: readonly (readonly [readonly number[], number])[] = [
  [[1], 0],
  [[5, 3], 1],
  [[6, 4], 1],
  [[3, 300], 1],
  [[2, 1601], 1],
  [[5, 3], 0],
  [[7, 8], 0],
  [[2, 17, 12], 1],
  [[2, 20_000], 1],
];

describe.runIf(hasAdapter).each(styles)('lines (not run without an adapter): %s', (_name, device) => {
  test.each(cases)('softmax and its logarithm of %j along %i', async (shape, axis) => {
    const data = numbers(sizeOf(shape), 5);
    const x = from(data, shape, device);
    const [y, log] = await Promise.all([softmax(x, axis).data(), logSoftmax(x, axis).data()]);
    expect(distance(y, alongAxis(data, shape, axis, softmaxOf))).toBeLessThan(1e-6);
    expect(distance(log, alongAxis(data, shape, axis, logSoftmaxOf))).toBeLessThan(1e-6);
  });

  test.each(cases)('the gradient of log-softmax of %j along %i', async (shape, axis) => {
    const [data, weights] = [numbers(sizeOf(shape), 5), numbers(sizeOf(shape), 5, 2)];
    const x = from(data, shape, device).requiresGrad_();
    const [dx] = grad(sum(logSoftmax(x, axis).mul(from(weights, shape, device))), [x]) as [Tensor];
    const y = alongAxis(data, shape, axis, logSoftmaxOf);
    const totals = alongAxis(weights, shape, axis, (line) => {
      const total = line.reduce((a, b) => a + b, 0);
      return line.map(() => total);
    });
    const expected = y.map((log, i) => (weights[i] as number) - Math.exp(log) * (totals[i] as number));
    expect(distance(await dx.data(), expected)).toBeLessThan(3e-6);
  });

  test('NaN and infinities are as in PyTorch', async () => {
    for (const n of [5, 300]) {
      const lines = [[nan], [infinity], [-infinity], [800], [-800]].map(([odd]) => {
        const line = numbers(n, 5);
        line[n - 2] = odd as number;
        return line;
      });
      lines.push(new Float32Array(n).fill(-infinity), new Float32Array(n).fill(3e38));
      const x = from(Float32Array.from(lines.flatMap((line) => [...line])), [lines.length, n], device);
      const [y, log] = await Promise.all([softmax(x, 1).data(), logSoftmax(x, 1).data()]);
      const spoiled = (line: Float32Array): boolean =>
        line.some((v) => Number.isNaN(v) || v === infinity) || line.every((v) => v === -infinity);
      for (const [i, line] of lines.entries()) {
        const [own, ownLog] = [y, log].map((all) => all.slice(i * n, (i + 1) * n)) as [
          Float32Array,
          Float32Array,
        ];
        const wanted = (fn: typeof softmaxOf): number[] =>
          spoiled(line) ? [...line].map(() => nan) : fn([...line]);
        expect(distance(own, wanted(softmaxOf))).toBeLessThan(1e-6);
        expect(distance(ownLog, wanted(logSoftmaxOf))).toBeLessThan(1e-6);
      }
    }
  });

  test.each([
    [[1, 3], false],
    [[6, 5], true],
    [[70, 8], true],
    [[3, 300], false],
    [[300, 68], true],
    [[3, 1027], true],
    [[2, 20_000], true],
    [[3000, 4], true],
  ] as const)('layer norm of %j and its gradients, weighted: %s', async (shape, weighted) => {
    const [rows, n] = shape;
    // Large enough that lines of nearly equal numbers do not lay their rounding bare.
    const eps = 0.5;
    // Far from 0, where squares of the numbers themselves would cancel.
    const data = numbers(rows * n, 5).map((v) => v + 100);
    const [upstream, scales, shifts] = [numbers(rows * n, 5, 2), numbers(n, 5, 3), numbers(n, 5, 4)];
    const x = from(data, shape, device).requiresGrad_();
    const [weight, bias] = [
      from(scales, [n], device).requiresGrad_(),
      from(shifts, [n], device).requiresGrad_(),
    ];
    const y = layerNorm(x, n, { eps, ...(weighted ? { weight, bias } : {}) });
    const gradients = grad(
      sum(y.mul(from(upstream, shape, device))),
      weighted ? [x, weight, bias] : [x],
    ) as Tensor[];
    const expected = {
      y: [] as number[],
      dx: [] as number[],
      dweight: new Array<number>(n).fill(0),
      dbias: new Array<number>(n).fill(0),
    };
    for (let row = 0; row < rows; row++) {
      const line = [...data.subarray(row * n, (row + 1) * n)];
      const mean = line.reduce((a, b) => a + b, 0) / n;
      const scale = 1 / Math.sqrt(line.reduce((a, b) => a + (b - mean) ** 2, 0) / n + eps);
      const normalized = line.map((v) => (v - mean) * scale);
      const d = normalized.map((_, i) => upstream[row * n + i]! * (weighted ? scales[i]! : 1));
      const shift = d.reduce((a, b) => a + b, 0) / n;
      const slope = d.reduce((a, b, i) => a + b * normalized[i]!, 0) / n;
      for (const [i, v] of normalized.entries()) {
        expected.y.push(weighted ? v * scales[i]! + shifts[i]! : v);
        expected.dx.push((d[i]! - shift - v * slope) * scale);
        expected.dweight[i]! += upstream[row * n + i]! * v;
        expected.dbias[i]! += upstream[row * n + i]!;
      }
    }
    const found = await Promise.all([y, ...gradients].map((t) => t.data()));
    const wanted = [expected.y, expected.dx, expected.dweight, expected.dbias];
    for (const [i, values] of found.entries()) expect(distance(values, wanted[i]!)).toBeLessThan(1e-4);
  });

  test('what has no elements has no lines', async () => {
    expect(await softmax(from(new Float32Array(0), [0, 3], device), 1).toArray()).toEqual([]);
    expect(await layerNorm(from(new Float32Array(0), [0, 3], device), 3).toArray()).toEqual([]);
  });
});
