import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  enableGrad,
  isGradEnabled,
  ReleasedError,
  setDefaultDevice,
  tensor,
  tidy,
} from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  Optimizer,
  type OptimizerOptions,
  type ParamGroup,
  SGD,
} from './index.ts';

setDefaultDevice(cpu());

const leaf = (...values: number[]): Tensor => tensor(values, { requiresGrad: true });

describe('parameters', () => {
  const sgd = (params: unknown): SGD => new SGD(params as Tensor[], { lr: 0.1 });

  test.each<[string, () => unknown, RegExp]>([
    ['no parameters', () => [], /no parameters: got an empty list/],
    ['a single tensor', () => leaf(1), /params is not a list: got one tensor/],
    ['nothing', () => undefined, /params is not a list: got undefined/],
    ['the result of an op', () => [leaf(1).mul(2)], /parameter 0 is the result of an op/],
    ['something else', () => [{ params: [leaf(1), 3] }], /parameter 1 is not a tensor: got number/],
    ['a mixture', () => [leaf(1), { params: [leaf(2)] }], /mixes tensors and groups/],
    [
      'a tensor twice in a group',
      () => {
        const p = leaf(1);
        return [p, p];
      },
      /parameter 1 is given twice: got it in the same group/,
    ],
    [
      'a tensor in two groups',
      () => {
        const p = leaf(1);
        return [{ params: [p] }, { params: p }];
      },
      /parameter 0 is given twice: got it in another group/,
    ],
  ])('%s is refused', (_what, make, message) => {
    expect(() => sgd(make())).toThrow(ArgumentError);
    expect(() => sgd(make())).toThrow(message);
  });

  test('come from any iterable, and without a gradient stay as they are', () => {
    const [p, q] = [leaf(1), leaf(2)];
    const optimizer = sgd(new Set([p, q]).values());
    p.grad = tensor([1]);
    optimizer.step();
    expect([p.itemSync(), q.itemSync()]).toEqual([Math.fround(0.9), 2]);
    expect(optimizer.state.size).toBe(0);
  });

  test('can be added later, with options of their own', () => {
    const [p, q] = [leaf(1), leaf(1)];
    const optimizer = sgd([p]);
    optimizer.addParamGroup({ params: q, lr: 0.5 });
    p.grad = tensor([1]);
    q.grad = tensor([1]);
    optimizer.step();
    expect([p.itemSync(), q.itemSync()]).toEqual([Math.fround(0.9), 0.5]);
    expect(() => optimizer.addParamGroup({ params: [leaf(1)], momentum: -1 })).toThrow(
      /invalid momentum: got -1/,
    );
    expect(optimizer.paramGroups.length).toBe(2);
  });
});

describe('options', () => {
  const p = leaf(1);
  test.each<[string, () => unknown, RegExp]>([
    ['SGD lr', () => new SGD([p], { lr: -0.1 }), /SGD\(\): invalid lr: got -0.1, expected a number ≥ 0/],
    ['SGD lr NaN', () => new SGD([p], { lr: Number.NaN }), /invalid lr: got NaN/],
    ['SGD lr missing', () => new SGD([p], {} as { lr: number }), /invalid lr: got undefined/],
    ['SGD momentum', () => new SGD([p], { lr: 1, momentum: -1 }), /invalid momentum/],
    ['SGD weightDecay', () => new SGD([p], { lr: 1, weightDecay: -1 }), /invalid weightDecay/],
    ['SGD dampening', () => new SGD([p], { lr: 1, dampening: Number.NaN }), /invalid dampening/],
    [
      'SGD nesterov',
      () => new SGD([p], { lr: 1, nesterov: true }),
      /nesterov needs momentum and no dampening: got momentum 0/,
    ],
    [
      'SGD nesterov with dampening',
      () => new SGD([p], { lr: 1, nesterov: true, momentum: 0.9, dampening: 0.1 }),
      /dampening 0.1/,
    ],
    [
      'SGD maximize',
      () => new SGD([p], { lr: 1, maximize: 1 as unknown as boolean }),
      /invalid maximize: got 1, expected true or false/,
    ],
    [
      'Adam beta',
      () => new Adam([p], { betas: [0.9, 1] }),
      /Adam\(\): invalid betas: got \[0.9, 1\], expected two numbers in \[0, 1\)/,
    ],
    [
      'Adam betas',
      () => new Adam([p], { betas: 0.9 as unknown as [number, number] }),
      /invalid betas: got 0.9/,
    ],
    ['AdamW eps', () => new AdamW([p], { eps: -1 }), /AdamW\(\): invalid eps/],
    [
      'Adadelta rho',
      () => new Adadelta([p], { rho: 1.5 }),
      /invalid rho: got 1.5, expected a number in \[0, 1\]/,
    ],
    ['Adagrad lrDecay', () => new Adagrad([p], { lrDecay: -1 }), /invalid lrDecay/],
    [
      'Adagrad start',
      () => new Adagrad([p], { initialAccumulatorValue: -1 }),
      /invalid initialAccumulatorValue/,
    ],
    ['Adamax weightDecay', () => new Adamax([p], { weightDecay: -1 }), /Adamax\(\): invalid weightDecay/],
    ['a group', () => new Adam([{ params: [p], lr: -1 }]), /invalid lr: got -1/],
  ])('%s is checked', (_what, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });
});

describe('step', () => {
  test('descends, and leaves the gradient alone', () => {
    const w = leaf(3, -4);
    const optimizer = new SGD([w], { lr: 0.5 });
    w.square().sum().backward();
    optimizer.step();
    expect(w.dataSync()).toEqual(Float32Array.of(0, 0));
    expect(w.grad?.dataSync()).toEqual(Float32Array.of(6, -8));
    expect(w.requiresGrad && w.isLeaf).toBe(true);
  });

  test('runs a closure with recording on and returns its loss', () => {
    const w = leaf(3);
    const optimizer = new SGD([w], { lr: 0.5 });
    const loss = optimizer.step(() => {
      expect(isGradEnabled()).toBe(true);
      optimizer.zeroGrad();
      const value = w.square().sum();
      value.backward();
      return value;
    });
    expect(loss.itemSync()).toBe(9);
    expect(w.itemSync()).toBe(0);
    expect(() => optimizer.step(async () => 1)).toThrow(TypeError);
  });

  test('keeps its state when the step stands inside of tidy', () => {
    const w = leaf(1);
    const optimizer = new SGD([w], { lr: 1, momentum: 0.5 });
    for (let i = 0; i < 3; i++) {
      tidy(() => {
        optimizer.zeroGrad();
        w.mul(2).sum().backward();
        optimizer.step();
      });
    }
    // Velocities 2, 3 and 3.5.
    expect(w.itemSync()).toBe(1 - 2 - 3 - 3.5);
  });

  test('refuses a gradient that was released', () => {
    const w = leaf(3);
    w.grad = tensor([1]);
    w.grad.dispose();
    expect(() => new SGD([w], { lr: 0.5 }).step()).toThrow(ReleasedError);
    expect(w.itemSync()).toBe(3);
  });

  test('invalidates graphs that need the old parameters, as PyTorch does', () => {
    const w = leaf(3);
    const optimizer = new SGD([w], { lr: 0.5 });
    const loss = w.square().sum();
    w.grad = tensor([1]);
    optimizer.step();
    expect(() => loss.backward()).toThrow(/modified in place/);
  });

  test('works on a parameter that is a view without order', () => {
    const storage = tensor([
      [1, 2],
      [3, 4],
    ]);
    const w = storage.t().detach().requiresGrad_();
    w.grad = tensor([
      [1, 0],
      [0, 0],
    ]);
    w.grad.setAt([0, 1], 2);
    new SGD([w], { lr: 1, momentum: 0.9 }).step();
    expect(storage.dataSync()).toEqual(Float32Array.of(0, 2, 1, 4));
  });

  test('a subclass brings its own rule', () => {
    class SignDescent extends Optimizer {
      constructor(params: Iterable<Tensor>, lr: number) {
        super('SignDescent', params, { lr });
      }
      override check(_options: OptimizerOptions): void {}
      override update(p: Tensor, g: Tensor, group: ParamGroup): void {
        p.sub_(g.sign(), { alpha: group.lr });
      }
    }
    const w = leaf(1, 1);
    w.grad = tensor([5, -0.1]);
    enableGrad(() => new SignDescent([w], 0.25).step());
    expect(w.dataSync()).toEqual(Float32Array.of(0.75, 1.25));
  });
});

describe('zeroGrad', () => {
  test('sets gradients to null', () => {
    const w = leaf(1);
    const optimizer = new SGD([w], { lr: 1 });
    const held = tensor([2]);
    w.grad = held;
    optimizer.zeroGrad();
    expect(w.grad).toBeNull();
    expect(held.itemSync()).toBe(2);
  });

  test('or fills them with zeros, outside of any graph', () => {
    const w = leaf(3);
    const optimizer = new SGD([w], { lr: 1 });
    w.square().sum().backward(undefined, { createGraph: true });
    expect(w.grad?.requiresGrad).toBe(true);
    optimizer.zeroGrad({ setToNone: false });
    expect(w.grad?.itemSync()).toBe(0);
    expect(w.grad?.requiresGrad).toBe(false);
  });
});
