import { grad, registerHook, registerPostAccumulateGradHook, retainGrad } from '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { add, mul, setDefaultDevice, type Tensor, tensor } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { expect, test } from 'vitest';

setDefaultDevice(cpu());

const list = (x: Tensor | null | undefined): number[] => [...(x?.dataSync() ?? [])];

test('a hook of a leaf sees its whole gradient once and may replace it', () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const seen: number[][] = [];
  const remove = registerHook(x, (g) => {
    seen.push(list(g));
    return mul(g, 10);
  });
  const loss = (): Tensor => add(x, mul(x, 3)).sum();
  loss().backward();
  expect(seen).toEqual([[4, 4]]);
  expect(list(x.grad)).toEqual([40, 40]);
  expect(list(grad(loss(), [x])[0])).toEqual([40, 40]);
  remove();
  remove();
  x.grad = null;
  loss().backward();
  expect(list(x.grad)).toEqual([4, 4]);
  expect(seen).toHaveLength(2);
});

test('hooks run in the order in which they were added', () => {
  const x = tensor([1], { requiresGrad: true });
  registerHook(x, (g) => g.add(1));
  registerHook(x, (g) => g.mul(2));
  x.mul(3).sum().backward();
  expect(list(x.grad)).toEqual([8]);
});

test('a hook after accumulation sees the leaf with its new gradient, and may take it away', () => {
  const x = tensor([1, 1], { requiresGrad: true });
  const seen: number[][] = [];
  registerPostAccumulateGradHook(x, (leaf) => {
    seen.push(list(leaf.grad));
    leaf.grad = null;
  });
  for (let i = 0; i < 2; i++) x.mul(2).sum().backward();
  expect(seen).toEqual([
    [2, 2],
    [2, 2],
  ]);
  expect(() => registerPostAccumulateGradHook(x.mul(2), () => {})).toThrow(/not a leaf: got a result of mul/);
});

test('retainGrad keeps the gradient of a result, after its hooks, and adds up over passes', () => {
  const x = tensor([1], { requiresGrad: true });
  const y = retainGrad(x.mul(2));
  registerHook(y, (g) => g.mul(5));
  const z = y.mul(3).sum();
  z.backward(undefined, { retainGraph: true });
  expect(list(y.grad)).toEqual([15]);
  z.backward();
  expect(list(y.grad)).toEqual([30]);
  expect(list(x.grad)).toEqual([60]);
  expect(retainGrad(x)).toBe(x);
});

test('tensors that require no gradient are refused', () => {
  const x = tensor([1]);
  for (const refuse of [() => registerHook(x, () => {}), () => retainGrad(x)])
    expect(refuse).toThrow(/no gradient will come: got a tensor that does not require one/);
});

test('a loop with hooks on leaves and results stays within its budget of memory, and right', () => {
  const device = countingDevice(cpu().backend, { budget: 4096 });
  const x = tensor([[1, 2]], { device, requiresGrad: true });
  registerHook(x, (g) => g.mul(2));
  const step = (): number[] => {
    x.grad = null;
    const y = x.mul(3);
    registerHook(y, (g) => g.add(1));
    y.square().sum().backward();
    return list(x.grad);
  };
  for (let i = 0; i < 1000; i++) step();
  expect(step()).toEqual([42, 78]);
  expect(device.counts.peakBytes).toBeLessThanOrEqual(4096);
});
