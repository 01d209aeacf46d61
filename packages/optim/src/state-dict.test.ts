import { cpu } from '@flambeau/backend-cpu';
import type { Tensor } from '@flambeau/core';
import { ArgumentError, setDefaultDevice, tensor, zeros } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  type Optimizer,
  type OptimizerOptions,
  type OptimizerStateDict,
  SGD,
} from './index.ts';

setDefaultDevice(cpu());

const leaf = (...values: number[]): Tensor => tensor(values, { requiresGrad: true });

const bufferAt = (state: OptimizerStateDict['state'], position: number): Tensor =>
  (state[position] as Record<string, unknown>)['momentumBuffer'] as Tensor;

/** Gives the parameters gradients that depend on the step alone, and steps. */
function run(
  optimizer: Optimizer<OptimizerOptions, object>,
  params: readonly Tensor[],
  from: number,
  to: number,
): void {
  for (let step = from; step < to; step++) {
    params.forEach((p, i) => {
      p.grad = tensor(Array.from({ length: p.size }, (_, e) => Math.sin(step * 7 + i * 3 + e)));
    });
    optimizer.step();
  }
}

type AnyOptimizer = Optimizer<OptimizerOptions, object>;
const all: readonly (readonly [string, (params: Tensor[]) => AnyOptimizer])[] = [
  ['SGD', (params) => new SGD(params, { lr: 0.1 })],
  [
    'SGD with momentum',
    (params) => new SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  ],
  ['Adam', (params) => new Adam(params, { amsgrad: true })],
  ['AdamW', (params) => new AdamW(params)],
  ['Adadelta', (params) => new Adadelta(params)],
  ['Adagrad', (params) => new Adagrad(params, { lrDecay: 0.1 })],
  ['Adamax', (params) => new Adamax(params)],
];

describe('state dict', () => {
  test.each(all)('%s continues identically from a state loaded in the middle', (_name, make) => {
    const straight = [leaf(1, -2, 3), leaf(0.5)];
    const through = make(straight);
    run(through, straight, 0, 10);

    const first = [leaf(1, -2, 3), leaf(0.5)];
    const before = make(first);
    run(before, first, 0, 4);
    const second = first.map((p) => tensor(p.dataSync(), { requiresGrad: true }));
    const after = make(second);
    after.loadStateDict(before.stateDict());
    run(after, second, 4, 10);

    second.forEach((p, i) => {
      expect(p.dataSync()).toEqual(straight[i]?.dataSync());
    });
  });

  test("has PyTorch's structure", () => {
    const params = [leaf(1), leaf(2), leaf(3)];
    const optimizer = new SGD([{ params: params.slice(0, 2) }, { params: params.slice(2), lr: 0.5 }], {
      lr: 0.1,
      momentum: 0.9,
    });
    (params[1] as Tensor).grad = tensor([4]);
    optimizer.step();
    const { state, paramGroups } = optimizer.stateDict();
    expect(Object.keys(state)).toEqual(['1']);
    expect(bufferAt(state, 1).dataSync()).toEqual(Float32Array.of(4));
    const options = { momentum: 0.9, dampening: 0, weightDecay: 0, nesterov: false, maximize: false };
    expect(paramGroups).toEqual([
      { lr: 0.1, ...options, params: [0, 1] },
      { lr: 0.5, ...options, params: [2] },
    ]);
  });

  test('loading copies: later steps do not reach into what was loaded', () => {
    const [p, q] = [leaf(1), leaf(1)];
    const source = new SGD([p], { lr: 0.1, momentum: 0.9 });
    run(source, [p], 1, 2);
    const saved = source.stateDict();
    const copy = new SGD([q], { lr: 0.1, momentum: 0.9 });
    copy.loadStateDict(saved);
    run(copy, [q], 2, 5);
    expect(bufferAt(saved.state, 0).dataSync()[0]).toBe(Math.fround(Math.sin(7)));
  });

  test("loading brings floats to the parameter's dtype and options with it", () => {
    const p = leaf(1);
    const source = new Adam([p], { lr: 0.25, betas: [0.5, 0.6] });
    run(source, [p], 0, 1);
    const q = tensor([1], { dtype: 'float64', requiresGrad: true });
    const target = new Adam([q]);
    target.loadStateDict(source.stateDict());
    expect(target.state.get(q)?.expAvg.dtype).toBe('float64');
    expect(target.paramGroups[0]).toMatchObject({ lr: 0.25, betas: [0.5, 0.6] });
  });

  test.each<[string, (state: OptimizerStateDict) => OptimizerStateDict, RegExp]>([
    [
      'other groups',
      (s) => ({ ...s, paramGroups: [...s.paramGroups, ...s.paramGroups] }),
      /groups of \[1, 1\] parameters, expected \[1\]/,
    ],
    [
      'another number of parameters',
      (s) => ({ ...s, paramGroups: [{ ...s.paramGroups[0], params: [0, 1] }] }),
      /groups of \[2\] parameters, expected \[1\]/,
    ],
    [
      'an invalid option',
      (s) => ({ ...s, paramGroups: [{ ...s.paramGroups[0], lr: 'fast', params: [0] }] }),
      /invalid lr: got fast, expected a number ≥ 0/,
    ],
    [
      'an unknown position',
      (s) => ({ ...s, state: { 7: s.state[0] as object as Record<string, unknown> } }),
      /unknown parameter: got position 7/,
    ],
    [
      'a missing tensor',
      (s) => ({ ...s, state: { 0: { step: 1, expAvg: zeros([2]) } } }),
      /saved expAvgSq does not fit.*got undefined, expected a tensor of shape \[2\]/,
    ],
    [
      'a wrong shape',
      (s) => ({ ...s, state: { 0: { step: 1, expAvg: zeros([3]), expAvgSq: zeros([2]) } } }),
      /saved expAvg does not fit.*got \[3\], expected a tensor of shape \[2\]/,
    ],
    [
      'a wrong step',
      (s) => ({ ...s, state: { 0: { step: -1, expAvg: zeros([2]), expAvgSq: zeros([2]) } } }),
      /saved step is not a count: got -1/,
    ],
  ])('refuses %s and changes nothing', (_what, spoil, message) => {
    const p = leaf(1, 2);
    const optimizer = new Adam([p], { lr: 0.1 });
    run(optimizer, [p], 0, 1);
    const kept = optimizer.state.get(p);
    const saved = spoil(optimizer.stateDict());
    expect(() => optimizer.loadStateDict(saved)).toThrow(ArgumentError);
    expect(() => optimizer.loadStateDict(saved)).toThrow(message);
    expect(optimizer.state.get(p)).toBe(kept);
    expect(optimizer.paramGroups[0]?.lr).toBe(0.1);
  });

  test('a key named __proto__ stays a key', () => {
    const p = leaf(1);
    const optimizer = new SGD([p], { lr: 0.1 });
    const saved = JSON.parse(
      '{"state":{},"paramGroups":[{"params":[0],"lr":0.2,"__proto__":{"polluted":1}}]}',
    ) as OptimizerStateDict;
    optimizer.loadStateDict(saved);
    expect(optimizer.paramGroups[0]?.lr).toBe(0.2);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((optimizer.paramGroups[0] as { polluted?: number }).polluted).toBeUndefined();
  });
});
