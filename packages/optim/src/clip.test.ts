import { cpu } from '@flambeau/backend-cpu';
import type { Tensor } from '@flambeau/core';
import { ArgumentError, setDefaultDevice, tensor, ValueError, zeros } from '@flambeau/core';
import { expect, test } from 'vitest';
import { clipGradNorm_, clipGradValue_ } from './index.ts';

setDefaultDevice(cpu());

function withGrad(...values: number[]): Tensor {
  const p = zeros([values.length], { requiresGrad: true });
  p.grad = tensor(values);
  return p;
}

test('gradients longer than the limit are scaled down together', () => {
  const [p, q] = [withGrad(3), withGrad(0, 4)];
  expect(clipGradNorm_([p, q], 1).itemSync()).toBe(5);
  expect(p.grad?.itemSync()).toBeCloseTo(0.6, 6);
  expect(q.grad?.dataSync()[1]).toBeCloseTo(0.8, 6);
});

test('shorter ones keep every bit, and tensors without a gradient are left out', () => {
  const p = withGrad(0.1, -0.2);
  const before = p.grad?.dataSync();
  clipGradNorm_([p, zeros([2])], 1);
  expect(p.grad?.dataSync()).toEqual(before);
  expect(clipGradNorm_([zeros([2])], 1).itemSync()).toBe(0);
});

test('one tensor is accepted without a list', () => {
  const p = withGrad(-3, 4);
  expect(clipGradNorm_(p, 100, { normType: Infinity }).itemSync()).toBe(4);
});

test('a norm that is not finite is refused where that is wanted, before anything is scaled', () => {
  const p = withGrad(1, Number.NaN);
  expect(() => clipGradNorm_(p, 1, { errorIfNonfinite: true })).toThrow(ValueError);
  expect(p.grad?.dataSync()[0]).toBe(1);
  expect(clipGradNorm_(p, 1).itemSync()).toBeNaN();
});

test('invalid limits are refused', () => {
  expect(() => clipGradNorm_([], -1)).toThrow(ArgumentError);
  expect(() => clipGradNorm_([], 1, { normType: 0 })).toThrow(/invalid normType: got 0/);
  expect(() => clipGradValue_([], Number.NaN)).toThrow(/invalid clipValue: got NaN/);
});

test('elements are limited one by one', () => {
  const p = withGrad(-3, 0.5, 2);
  clipGradValue_([p, zeros([1])], 1);
  expect(p.grad?.dataSync()).toEqual(Float32Array.of(-1, 0.5, 1));
});
