import { checkpoint, grad } from '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  type Device,
  fromTyped,
  Mt19937,
  manualSeed,
  matmul,
  mul,
  randn,
  relu,
  setDefaultDevice,
  sin,
  sum,
  type Tensor,
  tanh,
  tensor,
  uniformMask,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';

setDefaultDevice(cpu());

const list = (x: Tensor | null | undefined): number[] => [...(x?.dataSync() ?? [])];

function weights(device: Device, count: number): Tensor[] {
  const generator = new Mt19937(5);
  return Array.from({ length: count }, () =>
    randn([8, 8], { device, generator }).mul(0.3).detach().requiresGrad_(),
  );
}

const layer = (x: Tensor, w: Tensor): Tensor => tanh(relu(matmul(x, w)).mul(1.5));

describe('checkpoint', () => {
  test('gives the same gradients, bit for bit, to arguments and to what the function closes over', () => {
    const device = cpu();
    const run = (wrap: (fn: (x: Tensor) => Tensor, x: Tensor) => Tensor): number[][] => {
      const ws = weights(device, 4);
      const x = fromTyped(
        Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
        [3, 8],
      ).requiresGrad_();
      const y = ws.reduce((h, w) => wrap((v) => layer(v, w), h), x as Tensor);
      sum(y).backward();
      return [list(x.grad), ...ws.map((w) => list(w.grad))];
    };
    expect(run((fn, x) => checkpoint(fn, [x]))).toEqual(run((fn, x) => fn(x)));
  });

  test('keeps no more than its arguments between forward and backward', async () => {
    const bytes = 1 << 18;
    const held = async (checkpointed: boolean): Promise<number> => {
      const device = countingDevice(cpu().backend, { budget: 1 << 28 });
      const x = zeros([bytes / 4], { device, requiresGrad: true });
      const block = (v: Tensor): Tensor => {
        let y = v;
        for (let i = 0; i < 16; i++) y = sin(mul(y, y));
        return y;
      };
      const loss = sum(checkpointed ? checkpoint(block, [x]) : block(x));
      for (let i = 0; i < 3; i++) {
        (globalThis.gc as () => void)();
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      const between = device.counts.bytes;
      loss.backward();
      expect(x.grad?.shape).toEqual(x.shape);
      return between;
    };
    expect(await held(false)).toBeGreaterThan(16 * bytes);
    expect(await held(true)).toBeLessThan(3 * bytes);
  });

  test('draws the same random numbers again, and leaves the generator where forward left it', () => {
    const dropped = (x: Tensor): Tensor => mul(x, uniformMask(x.shape).lt(0.5));
    const x = tensor(new Array<number>(64).fill(1), { requiresGrad: true });
    manualSeed(9);
    const y = checkpoint(dropped, [x]);
    const next = uniformMask([4]);
    sum(y).backward();
    expect(list(x.grad)).toEqual(list(y));
    manualSeed(9);
    uniformMask([64]);
    expect(list(uniformMask([4]))).toEqual(list(next));
  });

  test('works with grad, createGraph and a second derivative', () => {
    const x = tensor([0.3, -0.7], { dtype: 'float64', requiresGrad: true });
    const y = checkpoint((v) => sin(mul(v, v)), [x]);
    const [g] = grad(sum(y), [x], { createGraph: true }) as [Tensor];
    const [gg] = grad(sum(g), [x]) as [Tensor];
    list(x).forEach((v, i) => {
      expect(list(g)[i]).toBeCloseTo(2 * v * Math.cos(v * v), 12);
      expect(list(gg)[i]).toBeCloseTo(2 * Math.cos(v * v) - 4 * v * v * Math.sin(v * v), 12);
    });
  });

  test('can be nested', () => {
    const x = tensor([0.3], { dtype: 'float64', requiresGrad: true });
    let runs = 0;
    const inner = (v: Tensor): Tensor => {
      runs++;
      return sin(mul(v, v));
    };
    checkpoint((v) => checkpoint(inner, [mul(v, 2)]).mul(3), [x])
      .sum()
      .backward();
    expect(x.grad?.itemSync()).toBeCloseTo(3 * Math.cos(0.36) * 0.6 * 2 * 2, 12);
    expect(runs).toBeGreaterThanOrEqual(2);
  });

  test('a function that does something else the second time is refused', () => {
    const x = tensor([1], { requiresGrad: true });
    let calls = 0;
    const y = checkpoint((v) => sin(calls++ === 0 ? mul(v, v) : mul(mul(v, v), v)), [x]);
    expect(() => sum(y).backward()).toThrow(
      /checkpoint\(\): the second run differs from the first: got 5 tensors that backward needs, expected 3/,
    );
  });

  test('a loop with it stays within its budget of memory, and right', () => {
    const device = countingDevice(cpu().backend, { budget: 16_384 });
    const [w] = weights(device, 1) as [Tensor];
    const x = randn([4, 8], { device, generator: new Mt19937(1) });
    const step = (): number[] => {
      w.grad = null;
      sum(checkpoint((v) => layer(v, w), [x])).backward();
      return list(w.grad);
    };
    const first = step();
    for (let i = 0; i < 1000; i++) step();
    expect(step()).toEqual(first);
    expect(device.counts.peakBytes).toBeLessThanOrEqual(16_384);
  });
});
