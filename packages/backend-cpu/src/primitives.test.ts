import type { Device, DType, Tensor } from '@flambeau/core';
import {
  batchNorm,
  castTo,
  clamp,
  conv2d,
  div,
  eq,
  exp,
  fmod,
  linear,
  log1p,
  logSoftmax,
  manualSeed,
  maxPool2d,
  pow,
  randn,
  remainder,
  sigmoid,
  softmax,
  tensor,
  where,
} from '@flambeau/core';
import { expect, test } from 'vitest';
import { cpu } from './index.ts';
import { cpuPrimitives } from './primitives.ts';

/** The same computation on both devices, from the same numbers. */
function both(
  compute: (draw: (shape: readonly number[], dtype?: DType) => Tensor) => Tensor,
): [Tensor, Tensor] {
  const on = (device: Device): Tensor => {
    manualSeed(5);
    return compute((shape, dtype = 'float32') => castTo(randn(shape, { device }).mul(3), dtype));
  };
  return [on(cpuPrimitives()), on(cpu())];
}

function expectEqual([plain, fast]: [Tensor, Tensor]): void {
  expect(plain.device.name).toBe('cpu-primitives');
  expect([plain.dtype, plain.shape]).toEqual([fast.dtype, fast.shape]);
  expect(plain.dataSync()).toEqual(fast.dataSync());
}

/** Sums may be taken in another order. */
function expectClose([plain, fast]: [Tensor, Tensor], relative = 1e-5): void {
  expect(plain.device.name).toBe('cpu-primitives');
  expect(plain.shape).toEqual(fast.shape);
  const expected = fast.dataSync();
  const size = Math.max(...expected.map(Math.abs));
  plain.dataSync().forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThanOrEqual(relative * size);
  });
}

test.each<[string, (x: Tensor, y: Tensor) => Tensor]>([
  ['add', (x, y) => x.add(y)],
  ['a chain with numbers', (x, y) => x.mul(2).sub(y).add(0.5)],
  ['div', div],
  ['pow', (x, y) => pow(x.abs(), y)],
  ['fmod', fmod],
  ['remainder', remainder],
  ['clamp', (x) => clamp(x, -1, 1)],
  ['where', (x, y) => where(eq(x, y), 0, y)],
  ['sigmoid', (x) => sigmoid(x)],
  ['log1p of exp', (x) => log1p(exp(x))],
])('%s gives the numbers of cpu(), for every dtype and layout', (_name, op) => {
  for (const dtype of ['float32', 'float64', 'int32', 'uint8', 'int8'] as const) {
    const drawn = (shape: readonly number[], other: readonly number[] = shape) =>
      both((draw) => op(draw(shape, dtype), draw(other, dtype)));
    for (const shape of [[], [1], [0, 3], [2500], [3, 5, 7]]) expectEqual(drawn(shape));
    expectEqual(drawn([40, 30], [30]));
    expectEqual(drawn([40, 1], [1, 30]));
    expectEqual(both((draw) => op(draw([30, 40], dtype).mT, draw([40, 30], dtype))));
    expectEqual(both((draw) => op(draw([50], dtype).flip(0), draw([100], dtype).at([null, null, 2]))));
  }
});

test('conversions between all dtypes give the numbers of cpu()', () => {
  const dtypes = ['float32', 'float64', 'int32', 'uint8', 'int8', 'bool'] as const;
  for (const from of dtypes) {
    for (const to of dtypes) expectEqual(both((draw) => castTo(draw([4, 5], from).mT, to)));
  }
});

test('an update in place reads what was there before', () => {
  const x = tensor([1, 2, 3], { device: cpuPrimitives() });
  x.mul_(x).add_(1);
  expect([...x.dataSync()]).toEqual([2, 5, 10]);
});

test.each([
  [
    [1, 1],
    [1, 1],
  ],
  [
    [3, 70],
    [70, 2],
  ],
  [
    [70, 3],
    [3, 90],
  ],
  [
    [65, 130],
    [130, 67],
  ],
  [
    [2, 1, 5, 4],
    [3, 4, 6],
  ],
  [
    [4, 0],
    [0, 3],
  ],
])('products of %j and %j give the numbers of cpu(), transposed or not', (a, b) => {
  expectClose(both((draw) => draw(a).matmul(draw(b))));
  const swapped = (shape: readonly number[]) => [
    ...shape.slice(0, -2),
    shape.at(-1) as number,
    shape.at(-2) as number,
  ];
  expectClose(both((draw) => draw(swapped(a)).mT.matmul(draw(swapped(b)).mT)));
});

test.each<[string, (x: Tensor, axes?: number[]) => Tensor]>([
  ['sum', (x, axes) => x.sum(axes)],
  ['amax', (x, axes) => x.amax(axes)],
  ['amin', (x, axes) => x.amin(axes)],
])('%s over any axes gives the numbers of cpu()', (_name, reduce) => {
  for (const dtype of ['float32', 'int32', 'uint8'] as const) {
    for (const axes of [undefined, [0], [1], [2], [0, 2], [1, 2]]) {
      expectClose(
        both((draw) => reduce(draw([4, 5, 6], dtype), axes)),
        1e-6,
      );
      expectClose(
        both((draw) => reduce(draw([6, 5, 4], dtype).permute(2, 0, 1), axes)),
        1e-6,
      );
    }
  }
});

test('argmax takes the first of equals, and the first NaN', () => {
  const at = (values: readonly number[]): number =>
    tensor(values, { device: cpuPrimitives() }).argmax().itemSync();
  expect([at([1, 5, 5]), at([Number.NaN, 7, Number.NaN]), at([3, Number.NaN, 9]), at([-2, -1])]).toEqual([
    1, 0, 1, 1,
  ]);
  expectEqual(both((draw) => draw([3, 4, 5]).argmax(1)));
});

test('an integer sum that does not fit is an error', () => {
  const x = tensor([2147483647, 1], { dtype: 'int32', device: cpuPrimitives() });
  expect(() => x.sum()).toThrow(/sum\(\): the integer sum does not fit: got 2147483648/);
});

test.each<[string, (draw: (shape: readonly number[]) => Tensor) => Tensor]>([
  ['linear', (draw) => linear(draw([7, 5]), draw([3, 5]), draw([3]))],
  [
    'conv2d',
    (draw) => conv2d(draw([2, 4, 9, 8]), draw([6, 2, 3, 3]), draw([6]), { padding: 1, stride: 2, groups: 2 }),
  ],
  ['maxPool2d', (draw) => maxPool2d(draw([2, 3, 8, 8]), 3, { stride: 2, padding: 1 })],
  ['batchNorm', (draw) => batchNorm(draw([4, 3, 5]), null, null, { training: true })],
  ['softmax', (draw) => softmax(draw([4, 6]), 1)],
  ['logSoftmax', (draw) => logSoftmax(draw([4, 6]), 0)],
])('%s, composed by core, gives the numbers of the kernel of cpu()', (_name, compute) => {
  expectClose(both(compute));
});

test('it is one device, without kernels for composed ops', () => {
  expect(cpuPrimitives()).toBe(cpuPrimitives());
  expect(cpuPrimitives().kernel('conv2d')).toBeUndefined();
  expect(cpu().kernel('conv2d')).toBeDefined();
});
