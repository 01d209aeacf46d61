import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import type { Device, Tensor } from '@flambeau/core';
import { fromTyped, tensor } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';
import type { ParamGroup } from './index.ts';
import { Adadelta, Adagrad, Adam, Adamax, AdamW, Optimizer, type OptimizerOptions, SGD } from './index.ts';

type AnyOptimizer = Optimizer<OptimizerOptions, object>;
type Make = (params: readonly Tensor[]) => AnyOptimizer;

/** Optimizers by name, with the rows of their rules: the kernels of a step. */
const all: readonly (readonly [name: string, rows: number, make: Make])[] = [
  ['SGD', 1, (params) => new SGD(params, { lr: 0.1 })],
  [
    'SGD with a penalty, climbing',
    1,
    (params) => new SGD(params, { lr: 0.1, weightDecay: 0.1, maximize: true }),
  ],
  ['SGD with momentum', 2, (params) => new SGD(params, { lr: 0.1, momentum: 0.9, dampening: 0.2 })],
  [
    'SGD with Nesterov momentum and a penalty',
    2,
    (params) => new SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  ],
  ['Adam', 3, (params) => new Adam(params)],
  ['Adam with amsgrad and a penalty', 4, (params) => new Adam(params, { amsgrad: true, weightDecay: 0.1 })],
  ['AdamW', 3, (params) => new AdamW(params, { maximize: true })],
  ['AdamW with amsgrad', 4, (params) => new AdamW(params, { amsgrad: true })],
  ['Adadelta', 3, (params) => new Adadelta(params)],
  ['Adadelta with a penalty', 3, (params) => new Adadelta(params, { weightDecay: 0.1 })],
  ['Adagrad', 2, (params) => new Adagrad(params, { lrDecay: 0.1, weightDecay: 0.1 })],
  ['Adamax', 3, (params) => new Adamax(params, { weightDecay: 0.1 })],
];

const SIZES = [1, 3, 4, 5, 17, 64, 100, 256, 257, 1000];

const wave = (device: Device, n: number, seed: number): Tensor =>
  fromTyped(
    Float32Array.from({ length: n }, (_, i) => Math.sin(seed + i)),
    [n],
    { device },
  );

const paramsOf = (device: Device, sizes: readonly number[]): Tensor[] =>
  sizes.map((n, i) => {
    const p = wave(device, n, i);
    p.requiresGrad = true;
    return p;
  });

/** Gives every parameter the gradient of a step. */
function gradients(params: readonly Tensor[], step: number): void {
  params.forEach((p, i) => {
    p.grad?.dispose();
    p.grad = wave(p.device, p.size, 100 * step + 10 * i);
  });
}

const values = (x: readonly Tensor[]): number[][] =>
  x.map((p) => [...p.detach().flatten().dataSync()].map(Number));

describe('a step over ten parameters', () => {
  test.each(all)('of %s takes %d kernels where one takes several maps', (_name, rows, make) => {
    const counted = (mapEach: boolean): { maps: number; values: number[][] } => {
      const device = countingDevice(cpu().backend, { defer: true, mapEach });
      const params = paramsOf(device, SIZES);
      const optimizer = make(params);
      let maps = 0;
      for (let step = 0; step < 4; step++) {
        gradients(params, step);
        maps = device.counts.maps;
        optimizer.step();
        // Momentum that is not seen from outside is otherwise computed at the next step.
        if (!mapEach) for (const state of optimizer.state.values()) values(tensorsIn(state));
        values(params);
        maps = device.counts.maps - maps;
      }
      return { maps, values: values(params) };
    };
    const [together, alone] = [counted(true), counted(false)];
    expect([together.maps, alone.maps]).toEqual([rows, 10 * rows]);
    expect(together.values).toEqual(alone.values);
  });

  test.each(all)('of %s gives what one by one on cpu gives, bit for bit', (_name, _rows, make) => {
    const trained = (device: Device): number[][] => {
      const params = paramsOf(device, [0, ...SIZES]);
      const optimizer = make(params);
      for (let step = 0; step < 4; step++) {
        gradients(params, step);
        optimizer.step();
      }
      return values([...params, ...[...optimizer.state.values()].flatMap(tensorsIn)]);
    };
    const expected = trained(cpu());
    expect(expected.flat().every(Number.isFinite)).toBe(true);
    for (const budget of [1 << 20, 40_000])
      expect(trained(countingDevice(cpu().backend, { defer: true, budget }))).toEqual(expected);
  });
});

const tensorsIn = (state: object): Tensor[] =>
  Object.values(state).filter((x): x is Tensor => typeof x === 'object');

test('groups with options of their own share the kernels', () => {
  const device = countingDevice(cpu().backend, { defer: true });
  const trained = (params: Tensor[]): number[][] => {
    const [first, ...others] = params;
    const groups = [{ params: [first as Tensor], lr: 0.3, betas: [0.5, 0.9] as const }, { params: others }];
    const optimizer = new Adam(groups, { lr: 0.1 });
    for (let step = 0; step < 3; step++) {
      gradients(params, step);
      optimizer.step();
    }
    return values(params);
  };
  const found = trained(paramsOf(device, [5, 17, 100, 3, 1, 64]));
  expect(device.counts.maps).toBe(9);
  expect(found).toEqual(trained(paramsOf(cpu(), [5, 17, 100, 3, 1, 64])));
});

describe('parameters of all kinds', () => {
  /** A part of a larger tensor, a transposed one, a float64 one, one whose gradient is broadcast, and one without. */
  const mixed = (device: Device): Tensor[] => {
    const base = wave(device, 24, 1);
    const leaf = (x: Tensor): Tensor => {
      x.requiresGrad = true;
      return x;
    };
    const params = [
      leaf(base.narrow(0, 3, 5)),
      leaf(base.narrow(0, 8, 12).reshape([3, 4]).T),
      leaf(tensor([0.1, 0.2, 0.3], { device, dtype: 'float64' })),
      leaf(wave(device, 7, 2)),
      leaf(wave(device, 6, 3)),
      leaf(wave(device, 8, 4)),
    ];
    return params;
  };
  const train = (device: Device, make: Make): number[][] => {
    const params = mixed(device);
    const [part, turned, wide, broadcast, , plain] = params as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const optimizer = make(params);
    for (let step = 0; step < 3; step++) {
      part.grad = wave(device, 5, step);
      turned.grad = wave(device, 12, step).reshape([4, 3]);
      wide.grad = tensor([1, -1, step], { device, dtype: 'float64' });
      broadcast.grad = tensor([step + 1], { device }).expand([7]);
      plain.grad = wave(device, 8, step);
      optimizer.step();
    }
    return values(params);
  };

  test.each(all)('are stepped by %s as on cpu', (_name, _rows, make) => {
    const expected = train(cpu(), make);
    expect(train(countingDevice(cpu().backend, { defer: true }), make)).toEqual(expected);
  });
});

describe("someone else's optimizer", () => {
  interface Options extends OptimizerOptions {
    readonly lr: number;
  }

  /** Looks at what it has just written, keeps one tensor for all parameters, and writes twice. */
  class Curious extends Optimizer<Options> {
    readonly seen: number[] = [];
    total: Tensor | null = null;

    constructor(params: Iterable<Tensor>) {
      super('Curious', params, { lr: 0.1 });
    }

    override check(): void {}

    override update(p: Tensor, g: Tensor, { lr }: ParamGroup<Options>): void {
      this.total ??= tensor([0], { device: p.device });
      this.total.add_(g.abs().sum());
      p.sub_(g, { alpha: lr });
      this.seen.push(p.detach().sum().itemSync());
      p.div_(this.total);
      p.narrow(0, 0, 1).zero_();
      p.mul_(2).add_(this.total);
      if (this.seen.length === 8) throw new Error('enough');
    }
  }

  test('may do what it likes', () => {
    const run = (device: Device): unknown => {
      const params = paramsOf(device, [3, 4, 17]);
      const optimizer = new Curious(params);
      for (let step = 0; step < 2; step++) {
        gradients(params, step);
        optimizer.step();
      }
      gradients(params, 3);
      expect(() => optimizer.step()).toThrow('enough');
      return [values(params), optimizer.seen, values([optimizer.total as Tensor])];
    };
    expect(run(countingDevice(cpu().backend, { defer: true }))).toEqual(run(cpu()));
  });
});
