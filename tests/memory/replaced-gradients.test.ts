import { registerHook } from '@flambeau/autograd';
import { wasm } from '@flambeau/backend-wasm';
import { type Device, manualSeed, ones, randn, setDefaultDevice, type Tensor } from '@flambeau/core';
import { Linear } from '@flambeau/nn';
import { Optimizer, type OptimizerOptions, type ParamGroup, SGD } from '@flambeau/optim';
import { beforeAll, describe, expect, test } from 'vitest';

let device: Device;
beforeAll(async () => {
  device = await wasm({ threads: 1 });
  setDefaultDevice(device);
});

/** Steps that await values and nothing else, so that no finalizer runs. */
async function train(
  model: Linear,
  optimizer: { zeroGrad(): void; step(): void },
  steps: number,
): Promise<void> {
  const x = randn([8, 64], { device });
  for (let i = 0; i < steps; i++) {
    const loss = model.forward(x).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    await loss.item();
  }
}

const modelOf = (): Linear => new Linear(64, 512);

describe('gradients that are replaced', () => {
  test('are released at once where only their leaf knows them', async () => {
    manualSeed(1);
    const model = modelOf();
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
    await train(model, optimizer, 10);
    const before = device.memory.stats().bytes;
    await train(model, optimizer, 100);
    // The gradient of the weight has 128 KiB. Results of forward and square, 16 KiB each, wait for the collector.
    expect((device.memory.stats().bytes - before) / 100).toBeLessThan(64 * 1024);
  });

  test('stay where the program has read them', async () => {
    const w = ones([3], { device, requiresGrad: true });
    w.mul(2).sum().backward();
    const kept = w.grad as Tensor;
    w.grad = null;
    w.mul(5).sum().backward();
    expect(await kept.toArray()).toEqual([2, 2, 2]);
    expect(await (w.grad as unknown as Tensor).toArray()).toEqual([5, 5, 5]);
  });

  test('stay where a hook of the leaf has seen them', async () => {
    const w = ones([2], { device, requiresGrad: true });
    const seen: Tensor[] = [];
    registerHook(w, (g) => void seen.push(g));
    for (const factor of [3, 4]) {
      w.grad = null;
      w.mul(factor).sum().backward();
    }
    w.grad = null;
    expect(await Promise.all(seen.map((g) => g.toArray()))).toEqual([
      [3, 3],
      [4, 4],
    ]);
  });

  test('stay where an optimizer of the program keeps them', async () => {
    class Remembering extends Optimizer {
      readonly kept: Tensor[] = [];
      constructor(params: Iterable<Tensor>) {
        super('Remembering', params, { lr: 1 });
      }
      override check(_options: OptimizerOptions): void {}
      override update(_p: Tensor, g: Tensor, _group: ParamGroup): void {
        this.kept.push(g);
      }
    }
    class Own extends SGD {
      readonly kept: Tensor[] = [];
      override update(...[p, g, group]: Parameters<SGD['update']>): void {
        this.kept.push(g);
        super.update(p, g, group);
      }
    }
    const w = ones([2], { device, requiresGrad: true });
    for (const optimizer of [new Remembering([w]), new Own([w], { lr: 0 })]) {
      for (const factor of [3, 4]) {
        optimizer.zeroGrad();
        w.mul(factor).sum().backward();
        optimizer.step();
      }
      optimizer.zeroGrad();
      expect(await Promise.all(optimizer.kept.map((g) => g.toArray()))).toEqual([
        [3, 3],
        [4, 4],
      ]);
    }
  });
});
