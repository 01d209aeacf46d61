import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import type { Device, Tensor } from '@flambeau/core';
import { fromTyped, isTensor } from '@flambeau/core';
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  type Optimizer,
  type OptimizerOptions,
  SGD,
} from '@flambeau/optim';
import { describe, expect, test } from 'vitest';

type Make = (params: readonly Tensor[]) => Optimizer<OptimizerOptions, object>;

const all: readonly (readonly [name: string, make: Make])[] = [
  ['SGD', (params) => new SGD(params, { lr: 0.1, weightDecay: 0.1 })],
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

const SIZES = [0, 1, 3, 4, 5, 17, 1000, 300_000];

const wave = (device: Device, n: number, seed: number): Tensor =>
  fromTyped(
    Float32Array.from({ length: n }, (_, i) => Math.sin(seed + i)),
    [n],
    { device },
  );

/** The parameters and what the optimizer keeps, after three steps. */
function trained(device: Device, make: Make, sizes: readonly number[] = SIZES): Float32Array[] {
  const params = sizes.map((n, i) => {
    const p = wave(device, n, i);
    p.requiresGrad = true;
    return p;
  });
  const optimizer = make(params);
  for (let step = 0; step < 3; step++) {
    params.forEach((p, i) => {
      p.grad = wave(device, p.size, 100 * step + 10 * i);
    });
    optimizer.step();
  }
  const kept = [...optimizer.state.values()].flatMap((state) => Object.values(state).filter(isTensor));
  return [...params, ...kept].map((x) => x.detach().dataSync() as Float32Array);
}

/** Expects numbers that are equal to the last bit. */
function expectSame(found: readonly Float32Array[], expected: readonly Float32Array[]): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  expect(found.length).toBe(expected.length);
  found.forEach((x, i) => {
    expect(Buffer.compare(bytes(x), bytes(expected[i] as Float32Array))).toBe(0);
  });
}

describe('steps over all parameters at once give what cpu gives one by one, bit for bit', async () => {
  const devices = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
  const memoryBudget = 2 << 20;
  const tight = await wasm({ threads: 1, memoryBudget });

  test.each(all)('%s', (_name, make) => {
    const expected = trained(cpu(), make);
    for (const device of devices) expectSame(trained(device, make), expected);
  });

  test.each(all)('%s, also where memory is short', (_name, make) => {
    // What one parameter needs fits in, what all need does not.
    const sizes = [...new Array(8).fill(40_000), 17, 100];
    const { spills } = tight.stats();
    expectSame(trained(tight, make, sizes), trained(cpu(), make, sizes));
    expect(tight.stats().spills).toBeGreaterThan(spills);
    expect(tight.stats().peakBytes).toBeLessThanOrEqual(memoryBudget);
  });
});
