import { defineFunction, grad } from '@flambeau/autograd';
import { gradcheck } from '@flambeau/autograd/gradcheck';
import { cpu } from '@flambeau/backend-cpu';
import {
  add,
  exp,
  manualSeed,
  matmul,
  mul,
  randn,
  ShapeError,
  setDefaultDevice,
  sin,
  sum,
  type Tensor,
  tensor,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { expect, test } from 'vitest';

setDefaultDevice(cpu());

const list = (x: Tensor | null | undefined): number[] => [...(x?.dataSync() ?? [])];

const scaledExp = defineFunction<[Tensor, number], Tensor, { factor: number }>({
  name: 'scaledExp',
  forward(ctx, x, factor) {
    const y = exp(mul(x, factor));
    ctx.state = { factor };
    ctx.save(y);
    return y;
  },
  backward: (ctx, g) => [mul(mul(g, ctx.saved[0] as Tensor), ctx.state.factor), null],
});

test('a custom function has the gradient it says, and second derivatives through its saved output', async () => {
  manualSeed(3);
  const x = randn([4], { dtype: 'float64', requiresGrad: true });
  expect(await gradcheck((v) => scaledExp(v, 0.5), [x])).toBe(true);
  const [g] = grad(sum(scaledExp(x, 0.5)), [x], { createGraph: true }) as [Tensor];
  const [gg] = grad(sum(g), [x]) as [Tensor];
  const expected = list(x).map((v) => 0.25 * Math.exp(0.5 * v));
  list(gg).forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i] as number, 12);
  });
});

test('forward is not recorded: its own rule counts, whatever it says', () => {
  const straightThrough = defineFunction({
    name: 'straightThrough',
    forward: (_ctx, x: Tensor) => x.round(),
    backward: (_ctx, g) => g,
  });
  const x = tensor([0.4, 1.6], { requiresGrad: true });
  const y = straightThrough(x);
  expect(list(y)).toEqual([0, 2]);
  y.mul(3).sum().backward();
  expect(list(x.grad)).toEqual([3, 3]);
});

test('several outputs: those that nothing depends on have a gradient of zeros; needsInputGrad tells what is wanted', () => {
  const seen: number[][] = [];
  const needs: (readonly boolean[])[] = [];
  const sumAndDifference = defineFunction({
    name: 'sumAndDifference',
    forward: (_ctx, a: Tensor, b: Tensor) => [a.add(b), a.sub(b)],
    backward: (ctx, gs, gd) => {
      seen.push(list(gs), list(gd));
      needs.push(ctx.needsInputGrad);
      return [add(gs as Tensor, gd as Tensor), null];
    },
  });
  const a = tensor([1, 2], { requiresGrad: true });
  const [total] = sumAndDifference(a, tensor([3, 4])) as [Tensor, Tensor];
  total.sum().backward();
  expect(seen).toEqual([
    [1, 1],
    [0, 0],
  ]);
  expect(needs).toEqual([[true, false]]);
  expect(list(a.grad)).toEqual([1, 1]);
});

test('an argument that is handed on keeps its own place in the graph', () => {
  const identity = defineFunction({
    name: 'identity',
    forward: (_ctx, x: Tensor) => x,
    backward: (_ctx, g) => mul(g as Tensor, 10),
  });
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.mul(2);
  identity(y).sum().backward();
  expect(list(x.grad)).toEqual([20, 20]);
  expect(y.node?.name).toBe('mul');
});

test('what was made on the way may be saved; a second derivative through it is refused', () => {
  const sinOfSquare = defineFunction({
    name: 'sinOfSquare',
    forward(ctx, x: Tensor) {
      const squared = mul(x, x);
      ctx.save(x, squared);
      return sin(squared);
    },
    backward: (ctx, g) => {
      const [x, squared] = ctx.saved as [Tensor, Tensor];
      return mul(mul(g as Tensor, mul(x, 2)), squared.cos());
    },
  });
  const x = tensor([0.5], { requiresGrad: true, dtype: 'float64' });
  const [g] = grad(sum(sinOfSquare(x)), [x], { createGraph: true }) as [Tensor];
  expect(g.itemSync()).toBeCloseTo(Math.cos(0.25), 12);
  expect(() => grad(sum(g), [x])).toThrow(/sinOfSquare\(\): a second derivative through a saved/);
});

test('wrong results of forward and backward are told', () => {
  const make = (forward: () => Tensor, backward: () => Tensor | (Tensor | null)[]) =>
    defineFunction({ name: 'mine', forward: (_ctx, _x: Tensor) => forward(), backward });
  const x = tensor([1, 2], { requiresGrad: true });
  const ones = (): Tensor => tensor([1, 1]);
  expect(() => make(() => 3 as unknown as Tensor, ones)(x)).toThrow(
    'mine(): forward gives no tensors: expected a tensor or an array of tensors.',
  );
  expect(() =>
    make(ones, () => [ones(), ones()])(x)
      .sum()
      .backward(),
  ).toThrow('mine(): backward gives another number of gradients: got 2, expected 1');
  const wrongShape = make(ones, () => tensor([1, 2, 3]))(x);
  expect(() => wrongShape.sum().backward()).toThrow(ShapeError);
});

test('without a tensor that requires a gradient nothing is recorded, and constants alone work too', () => {
  expect(scaledExp(tensor([0]), 2).requiresGrad).toBe(false);
  const constant = defineFunction({
    name: 'constant',
    forward: (_ctx, n: number) => tensor([n]),
    backward: () => null,
  });
  expect(list(constant(4))).toEqual([4]);
});

test('a loop with a custom function stays within its budget of memory, and right', () => {
  const device = countingDevice(cpu().backend, { budget: 4096 });
  const w = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { device, requiresGrad: true },
  );
  const step = (): number[] => {
    w.grad = null;
    sum(scaledExp(matmul(w, w), 0.01)).backward();
    return list(w.grad);
  };
  const first = step();
  for (let i = 0; i < 1000; i++) step();
  expect(step()).toEqual(first);
  expect(device.counts.peakBytes).toBeLessThanOrEqual(4096);
});
