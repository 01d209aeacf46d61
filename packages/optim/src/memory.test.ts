import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import type { Device, Tensor } from '@flambeau/core';
import { linear, linspace, tensor } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  clipGradNorm_,
  type Optimizer,
  type OptimizerOptions,
  SGD,
} from './index.ts';

type AnyOptimizer = Optimizer<OptimizerOptions, object>;
const all: readonly (readonly [string, (params: Tensor[]) => AnyOptimizer])[] = [
  ['SGD', (params) => new SGD(params, { lr: 0.1, weightDecay: 0.1, maximize: true })],
  [
    'SGD with momentum',
    (params) => new SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  ],
  ['Adam', (params) => new Adam(params, { amsgrad: true, weightDecay: 0.1 })],
  ['AdamW', (params) => new AdamW(params)],
  ['Adadelta', (params) => new Adadelta(params, { weightDecay: 0.1 })],
  ['Adagrad', (params) => new Adagrad(params, { weightDecay: 0.1 })],
  ['Adamax', (params) => new Adamax(params, { weightDecay: 0.1 })],
];

/** Five steps with one gradient, then the parameter's values. */
async function steps(
  device: Device,
  make: (params: Tensor[]) => AnyOptimizer,
  after?: () => void,
): Promise<number[]> {
  const p = tensor([1, -2, 3], { device, requiresGrad: true });
  p.grad = tensor([0.3, 0.2, -0.1], { device });
  const optimizer = make([p]);
  for (let i = 0; i < 5; i++) {
    optimizer.step();
    after?.();
  }
  return [...(await p.data())];
}

describe.each([true, false])('on a device with explicit memory, synchronous reads %s', (syncRead) => {
  test.each(all)('%s leaves no block behind', async (_name, make) => {
    const device = countingDevice(cpu().backend, { syncRead });
    const blocks: number[] = [];
    const found = await steps(device, make, () => blocks.push(device.counts.blocks));
    expect(found).toEqual(await steps(cpu(), make));
    expect(blocks.slice(1)).toEqual(Array.from({ length: 4 }, () => blocks[0]));
  });

  test.each(all)('%s gives the same numbers with deferral, and blocks stay few', async (_name, make) => {
    const device = countingDevice(cpu().backend, { syncRead, defer: true });
    const p = tensor([1, -2, 3], { device, requiresGrad: true });
    const optimizer = make([p]);
    const blocks: number[] = [];
    for (let i = 0; i < 40; i++) {
      p.grad?.dispose();
      p.grad = tensor([0.3, 0.2, -0.1], { device });
      optimizer.step();
      await p.data();
      blocks.push(device.counts.blocks);
    }
    const onCpu = tensor([1, -2, 3], { device: cpu(), requiresGrad: true });
    const other = make([onCpu]);
    onCpu.grad = tensor([0.3, 0.2, -0.1], { device: cpu() });
    for (let i = 0; i < 40; i++) other.step();
    expect(await p.data()).toEqual(onCpu.dataSync());
    expect(Math.max(...blocks.slice(20))).toBeLessThanOrEqual(Math.max(...blocks.slice(0, 20)));
  });

  test('clipping leaves the norm alone', async () => {
    const device = countingDevice(cpu().backend, { syncRead });
    const p = tensor([0, 0], { device, requiresGrad: true });
    p.grad = tensor([3, 4], { device });
    p.grad.mul(1).dispose(); // loads it
    const before = device.counts.blocks;
    const norm = clipGradNorm_([p], 1);
    expect(device.counts.blocks).toBe(before + 1);
    expect(await norm.item()).toBe(5);
    expect((await p.grad.data())[0]).toBeCloseTo(0.6, 6);
  });
});

test('a training loop stays within the budget and learns what it learns on cpu', async () => {
  const train = async (device: Device): Promise<number[]> => {
    const x = linspace(-1, 1, 64, { device }).reshape([64, 1]);
    const y = x.mul(0.5).add(0.25);
    const w = tensor([[0]], { device, requiresGrad: true });
    const b = tensor([0], { device, requiresGrad: true });
    const optimizer = new AdamW([w, b], { lr: 0.05 });
    for (let step = 0; step < 300; step++) {
      optimizer.zeroGrad();
      linear(x, w, b).sub(y).square().mean().backward();
      optimizer.step();
    }
    return [await w.item(), await b.item()];
  };
  const budget = 16 << 10;
  const device = countingDevice(cpu().backend, { budget });
  const found = await train(device);
  expect(found).toEqual(await train(cpu()));
  expect(found[0]).toBeCloseTo(0.5, 2);
  expect(device.counts.peakBytes).toBeLessThanOrEqual(budget);
});
