import { cpu } from '@flambeau/backend-cpu';
import { defineMap, fromTyped, noGrad, s, type Tensor, tensor, together, zeros } from '@flambeau/core';
import { type CountingDevice, type CountingOptions, countingDevice } from '@flambeau/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import '@flambeau/autograd';

const deferring = (options: CountingOptions = {}): CountingDevice =>
  countingDevice(cpu().backend, { defer: true, ...options });

/** How many map kernels a function runs. */
function mapsOf(device: CountingDevice, fn: () => void): number {
  const before = device.counts.maps;
  fn();
  return device.counts.maps - before;
}

const values = (x: Tensor): number[] => [...x.dataSync()].map(Number);

const SIZES = [0, 1, 3, 4, 5, 17, 1000];

/** Tensors that start with 1, 2, 3 …, of those sizes. */
const ofSizes = (device: CountingDevice): Tensor[] =>
  SIZES.map((n) =>
    fromTyped(
      Float32Array.from({ length: n }, (_, i) => i + 1),
      [n],
      { device },
    ),
  );

describe('in-place maps that run together', () => {
  test('are one kernel for a program, whatever the sizes and numbers', () => {
    const device = deferring();
    const all = ofSizes(device);
    const run = (): void => together(() => all.forEach((x, i) => void x.mul_(i + 2)));
    // The empty one needs none.
    expect(mapsOf(device, run)).toBe(1);
    const maps = mapsOf(device, () => {
      all.forEach((x, i) => {
        expect(values(x)).toEqual(Array.from({ length: SIZES[i] as number }, (_, j) => (j + 1) * (i + 2)));
      });
    });
    expect(maps).toBe(0);
  });

  test('run one by one where the backend has no kernel for it, and only on demand', () => {
    const device = deferring({ mapEach: false });
    const all = ofSizes(device);
    expect(mapsOf(device, () => together(() => all.forEach((x) => void x.mul_(2))))).toBe(0);
    expect(mapsOf(device, () => all.forEach(values))).toBe(6);
  });

  test('run stage by stage where they read what others write', () => {
    const device = deferring();
    const means = [1, 2, 3].map((x) => tensor([x, x], { device }));
    const weights = [1, 2, 3].map((x) => tensor([10 * x, x], { device }));
    const run = (): void =>
      together(() => {
        for (const [i, w] of weights.entries()) {
          const mean = means[i] as Tensor;
          mean.mul_(2);
          w.sub_(mean);
        }
      });
    expect(mapsOf(device, run)).toBe(2);
    expect(weights.map(values)).toEqual([
      [8, -1],
      [16, -2],
      [24, -3],
    ]);
  });

  test('keep the order of writes after reads and after writes', () => {
    const device = deferring();
    const [a, b] = [tensor([1, 2], { device }), tensor([10, 20], { device })];
    together(() => {
      b.add_(a);
      a.mul_(3);
      b.add_(a);
      a.sub_(b);
      a.mul_(2);
    });
    expect(values(b)).toEqual([14, 28]);
    expect(values(a)).toEqual([-22, -44]);
  });

  test('of one tensor one after the other are one chain', () => {
    const device = deferring();
    const all = [tensor([1, 2, 3], { device }), tensor([4, 5], { device })];
    const run = (): void =>
      together(() => {
        for (const x of all) x.mul_(2).add_(1);
      });
    expect(mapsOf(device, run)).toBe(1);
    expect(all.map(values)).toEqual([
      [3, 5, 7],
      [9, 11],
    ]);
  });

  test('are right where chains grow beyond what one kernel takes', () => {
    const device = deferring();
    const all = [tensor([1, 2, 3], { device }), tensor([4, 5], { device })];
    together(() => {
      for (let i = 0; i < 300; i++) for (const x of all) x.add_(i % 7);
    });
    const sum = Array.from({ length: 300 }, (_, i) => i % 7).reduce((p, x) => p + x, 0);
    expect(all.map(values)).toEqual([
      [1 + sum, 2 + sum, 3 + sum],
      [4 + sum, 5 + sum],
    ]);
  });

  test('are there at once for whoever reads, writes or copies inside', () => {
    const device = deferring();
    const [a, b] = [tensor([1, 2, 3, 4], { device }), tensor([1, 1, 1, 1], { device })];
    together(() => {
      a.mul_(2);
      b.add_(a);
      expect(values(a)).toEqual([2, 4, 6, 8]);
      a.narrow(0, 1, 2).fill_(0);
      b.add_(a);
      a.copy_(b.sum());
    });
    expect(values(a)).toEqual([34, 34, 34, 34]);
    expect(values(b)).toEqual([5, 5, 7, 17]);
  });

  test('leave those alone whose layouts differ: views, broadcast operands, other dtypes', () => {
    const device = deferring();
    const base = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device },
    );
    const whole = tensor([1, 2, 3], { device });
    const integers = tensor([1, 2, 3], { device, dtype: 'int32' });
    together(() => {
      base.T.mul_(tensor([2, 3], { device }));
      base.select(0, 0).add_(1);
      whole.add_(tensor([10], { device }));
      whole.add_(integers);
      integers.mul_(2);
    });
    expect(values(base)).toEqual([3, 5, 9, 12]);
    expect(values(whole)).toEqual([12, 14, 16]);
    expect(values(integers)).toEqual([2, 4, 6]);
  });

  test('leave what others hold as it was', () => {
    const device = deferring();
    const all = [1, 2, 3].map((x) => tensor([x, x], { device }));
    const doubled = all.map((x) => x.mul(2));
    const seen = all.map((x) => x.detach());
    together(() => all.forEach((x) => void x.add_(1)));
    expect(doubled.map(values)).toEqual([
      [2, 2],
      [4, 4],
      [6, 6],
    ]);
    // Handles of the same storage.
    expect(seen.map(values)).toEqual(all.map(values));
    expect(all.map((x) => x.storage.version)).toEqual([1, 1, 1]);
  });

  test('are recorded as ever', () => {
    const device = deferring();
    const leaves = [1, 2].map((x) => tensor([x, x + 1], { device, requiresGrad: true }));
    const results = leaves.map((x) => x.mul(1));
    together(() => results.forEach((x, i) => void x.mul_(leaves[i] as Tensor)));
    for (const x of results) x.sum().backward();
    expect(leaves.map((x) => values(x.grad as Tensor))).toEqual([
      [2, 4],
      [4, 6],
    ]);
  });

  test('that were released inside cost nothing and leave no block', () => {
    const device = deferring();
    const kept = [1, 2].map((x) => tensor([x, x], { device }));
    const before = device.counts.blocks;
    const run = (): void =>
      together(() => {
        for (const x of kept) {
          const temporary = x.mul(1);
          temporary.mul_(5);
          temporary.dispose();
          x.mul_(2);
        }
      });
    expect(mapsOf(device, run)).toBe(1);
    expect(device.counts.blocks).toBe(before + 2);
  });

  test('run also where the function throws, whose error is passed on', () => {
    const device = deferring();
    const all = [1, 2].map((x) => tensor([x, x], { device }));
    const run = (): void => {
      expect(() =>
        together(() => {
          for (const x of all) x.mul_(2);
          all[0]?.add_(tensor([1, 2, 3], { device }));
        }),
      ).toThrow('add_(): ');
    };
    expect(mapsOf(device, run)).toBe(1);
    expect(mapsOf(device, () => together(() => all.forEach((x) => void x.mul_(2))))).toBe(1);
    expect(all.map(values)).toEqual([
      [4, 4],
      [8, 8],
    ]);
  });

  test('of several devices run on each', () => {
    const [one, other] = [deferring(), deferring()];
    const all = [one, other, cpu(), one, other].map((device, i) => tensor([i, i], { device }));
    together(() => {
      together(() => all.forEach((x) => void x.add_(1)));
      expect(one.counts.maps + other.counts.maps).toBe(0);
    });
    expect([one.counts.maps, other.counts.maps]).toEqual([1, 1]);
    expect(all.map(values)).toEqual([1, 2, 3, 4, 5].map((x) => [x, x]));
  });
});

describe('when memory is short', () => {
  /** Four tensors of 1 KiB on a device with room for `blocks` such blocks, all touched once. */
  const tight = (blocks: number): { device: CountingDevice; all: Tensor[] } => {
    const device = deferring({ budget: blocks * 1024 });
    const all = [1, 2, 3, 4].map((x) => zeros([256], { device }).add(x));
    return { device, all };
  };

  test('maps that run together are split where their blocks do not fit at once', () => {
    const device = deferring({ budget: 17 * 1024 });
    const filled = (value: number): Tensor => fromTyped(new Float32Array(256).fill(value), [256], { device });
    const all = [1, 2, 3].map(filled);
    const others = all.map((_, i) => [1, 2, 3, 4, 5, 6].map((x) => filled(100 * i + x)));
    const sumOfSeven = defineMap('sumOfSeven', 7, (...x) => x.reduce((p, next) => s.add(p, next)));
    const run = (): void =>
      together(() => all.forEach((x, i) => void x.apply_(sumOfSeven, ...(others[i] as Tensor[]))));
    // Three with seven inputs and an output each are 24 KiB; two are 16.
    expect(mapsOf(device, run)).toBe(2);
    expect(all.map((x) => values(x)[255])).toEqual([22, 623, 1224]);
    expect(device.counts.peakBytes).toBeLessThanOrEqual(17 * 1024);
  });

  test('a device that has spilled computes on demand', () => {
    const { device, all } = tight(3);
    for (const x of all) values(x);
    expect(device.stats().spills).toBeGreaterThan(0);
    const run = (): void => together(() => all.forEach((x) => void x.mul_(2)));
    expect(mapsOf(device, run)).toBe(0);
    expect(all.map((x) => values(x)[0])).toEqual([2, 4, 6, 8]);
  });

  test('what waits takes no more than its part', () => {
    const device = deferring({ budget: 64 * 1024 });
    const all = Array.from({ length: 20 }, (_, i) => tensor(new Array(256).fill(i), { device }));
    // Nine times 1 KiB are more than an eighth.
    expect(mapsOf(device, () => together(() => all.forEach((x) => void x.add_(1))))).toBe(3);
    expect(all.map((x) => values(x)[7])).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});

describe('any sequence of writes', () => {
  type Step = readonly [kind: number, target: number, other: number];
  const play = (x: readonly Tensor[], steps: readonly Step[], scoped: boolean): number[][] => {
    const seen: number[][] = [];
    const run = (): void => {
      for (const [kind, i, j] of steps) {
        const [target, other] = [x[i] as Tensor, x[j] as Tensor];
        if (kind === 0) target.mul_(0.5).add_(1);
        else if (kind === 1) target.add_(other);
        else if (kind === 2) target.sub_(other.mul(0.25));
        else if (kind === 3) target.copy_(other.mul(2));
        else if (kind === 4) target.narrow(0, 1, 2).add_(1);
        else if (kind === 5) seen.push(values(target));
        else if (kind === 6) target.maximum(other).mul_(3).dispose();
        else target.add_(other.sum());
      }
    };
    noGrad(() => (scoped ? together(run) : run()));
    return [...seen, ...x.map(values)];
  };
  const step = fc.tuple(fc.nat(7), fc.nat(3), fc.nat(3));

  test.each([1 << 20, 128])('gives the same together, on a budget of %d bytes', (budget) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 40 }), (steps) => {
        const start = (device: CountingDevice | ReturnType<typeof cpu>): Tensor[] =>
          [1, 2, 3, 4].map((v) => tensor([v, -v, v / 3, 7], { device }));
        const device = deferring({ budget });
        const found = play(start(device), steps as Step[], true);
        expect(found).toEqual(play(start(cpu()), steps as Step[], false));
      }),
      { numRuns: 60 },
    );
  });
});
