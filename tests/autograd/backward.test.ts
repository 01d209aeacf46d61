import { grad, registerHook } from '@flambeau/autograd';
import { gradcheck } from '@flambeau/autograd/gradcheck';
import { cpu } from '@flambeau/backend-cpu';
import {
  addLayer,
  batchNorm,
  conv2d,
  enableGrad,
  isGradEnabled,
  logSoftmax,
  manualSeed,
  maxPool2d,
  noGrad,
  ones,
  randn,
  setDefaultDevice,
  softmax,
  type Tensor,
  tensor,
} from '@flambeau/core';
import { describe, expect, test } from 'vitest';

setDefaultDevice(cpu());

const leaf = (shape: readonly number[]): Tensor => randn(shape, { dtype: 'float64', requiresGrad: true });
const list = (x: Tensor | null | undefined): number[] => [...(x?.dataSync() ?? [])];

describe('accumulation', () => {
  test('gradients add up over uses and over passes', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.mul(3).add(x).sum().backward();
    expect(list(x.grad)).toEqual([4, 4]);
    x.sum().backward();
    expect(list(x.grad)).toEqual([5, 5]);
  });

  test('leaves never share the memory of their gradients', () => {
    const [a, b] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })];
    a.add(b).sum().backward();
    a.grad?.mul_(10);
    expect(list(b.grad)).toEqual([1, 1]);
  });

  test('a gradient given by the caller is not taken over', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const g = tensor([5, 6]);
    x.add(0).backward(g);
    x.grad?.zero_();
    expect(list(g)).toEqual([5, 6]);
  });

  test('a broadcast operand gets the sum', () => {
    const b = tensor([1, 2], { requiresGrad: true });
    ones([3, 2]).mul(b).sum().backward();
    expect(list(b.grad)).toEqual([3, 3]);
  });
});

describe('what is recorded', () => {
  test('nothing without a tensor that requires a gradient, nothing inside noGrad', () => {
    const x = tensor([1], { requiresGrad: true });
    expect(tensor([1]).add(1).requiresGrad).toBe(false);
    expect(noGrad(() => x.add(1)).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.add(1))).requiresGrad).toBe(true);
    expect(isGradEnabled()).toBe(true);
  });

  test('noGrad restores the mode after a throw and refuses asynchronous functions', () => {
    expect(() =>
      noGrad(() => {
        throw new RangeError('x');
      }),
    ).toThrow(RangeError);
    expect(isGradEnabled()).toBe(true);
    expect(() => noGrad(async () => 1)).toThrow('noGrad(): asynchronous function');
  });

  test('integers, comparisons and detached tensors cut the graph', () => {
    const x = tensor([1.5], { requiresGrad: true });
    expect(x.to('int32').requiresGrad).toBe(false);
    expect(x.gt(1).requiresGrad).toBe(false);
    expect(x.detach().mul(2).requiresGrad).toBe(false);
    expect(x.argmax().requiresGrad).toBe(false);
  });

  test('layers see every call', () => {
    const seen: string[] = [];
    const remove = addLayer((call, next) => {
      seen.push(call.op.name);
      return next(call);
    });
    ones([2]).add(1).sum();
    remove();
    ones([2]).add(1);
    expect(seen).toEqual(['fill', 'add', 'sum']);
  });
});

describe('errors', () => {
  test('a result with several elements needs a gradient', () => {
    expect(() => tensor([1, 2], { requiresGrad: true }).mul(1).backward()).toThrow(
      /backward\(\): not a single value: got shape \[2\]/,
    );
  });

  test('a tensor outside of the graph is refused', () => {
    expect(() => tensor([1]).backward()).toThrow(/backward\(\): nothing to differentiate/);
  });

  test('only floats require gradients', () => {
    expect(() => tensor([1], { dtype: 'int32', requiresGrad: true })).toThrow(
      'requiresGrad(): only floats have gradients: got int32, expected a float dtype.',
    );
  });
});

describe('grad', () => {
  test('leaves grad alone and names unused inputs', () => {
    const [x, y] = [tensor([2], { requiresGrad: true }), tensor([3], { requiresGrad: true })];
    const z = x.mul(x).sum();
    expect(grad(z, [x, y], { allowUnused: true, retainGraph: true }).map(list)).toEqual([[4], []]);
    expect(x.grad).toBeNull();
    expect(() => grad(z, [y])).toThrow(/grad\(\): input 0 is not used/);
  });

  test('takes results in the middle of the graph', () => {
    const x = tensor([2], { requiresGrad: true });
    const y = x.mul(3);
    expect(list(grad(y.mul(y).sum(), [y])[0])).toEqual([12]);
  });

  test('x⁴ four times', () => {
    const x = tensor([2], { dtype: 'float64', requiresGrad: true });
    let y: Tensor = x.pow(4).sum();
    const found: number[] = [];
    for (let i = 0; i < 4; i++) {
      const [d] = grad(y, [x], { createGraph: true });
      found.push((d as Tensor).itemSync());
      y = (d as Tensor).sum();
    }
    expect(found).toEqual([32, 48, 48, 24]);
  });
});

describe('hooks', () => {
  test('see the whole gradient of a result and may replace it', () => {
    const x = tensor([1], { requiresGrad: true });
    const y = x.mul(2);
    const seen: number[][] = [];
    const remove = registerHook(y, (g) => {
      seen.push(list(g));
      return g.mul(10);
    });
    y.add(y).sum().backward(undefined, { retainGraph: true });
    expect(seen).toEqual([[2]]);
    expect(list(x.grad)).toEqual([40]);
    remove();
  });
});

describe('finite differences agree, first and second derivatives', () => {
  manualSeed(7);
  test.each<[string, (...inputs: Tensor[]) => Tensor, readonly (readonly number[])[]]>([
    [
      'matmul with broadcast batches',
      (a, b) => a.matmul(b),
      [
        [2, 1, 3, 2],
        [4, 2, 3],
      ],
    ],
    [
      'conv2d with stride, padding, dilation, groups',
      (x, w, b) => conv2d(x, w, b, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
      [[2, 4, 5, 6], [4, 2, 3, 2], [4]],
    ],
    [
      'maxPool2d with padding and ceilMode',
      (x) => maxPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
      [[2, 2, 6, 5]],
    ],
    [
      'batchNorm in training',
      (x, w, b) => batchNorm(x, null, null, { weight: w, bias: b, training: true }),
      [[4, 2, 3, 2], [2], [2]],
    ],
    ['softmax and logSoftmax', (x) => softmax(x, 1).mul(logSoftmax(x, 0)), [[3, 4]]],
    [
      'var, std, amax, max along an axis',
      (x) => x.var(0).add(x.std(0)).add(x.amax(0)).add(x.max(0).values),
      [[5, 3]],
    ],
    ['indexing with steps and flips', (x) => x.at([null, null, -2], [1, 3]).flip(1), [[5, 4]]],
  ])('%s', async (_title, fn, shapes) => {
    const inputs = shapes.map(leaf);
    expect(await gradcheck(fn, inputs)).toBe(true);
    const second = (...xs: Tensor[]): Tensor => {
      const gradients = grad(
        fn(...xs)
          .square()
          .sum(),
        xs,
        { createGraph: true },
      );
      return gradients.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
    };
    expect(await gradcheck(second, inputs, { atol: 1e-4 })).toBe(true);
  });
});
