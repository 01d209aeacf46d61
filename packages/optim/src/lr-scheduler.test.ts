import { cpu } from '@flambeau/backend-cpu';
import { ArgumentError, setDefaultDevice, zeros } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import {
  Adagrad,
  AdamW,
  CosineAnnealingLR,
  ExponentialLR,
  LambdaLR,
  type LRScheduler,
  OneCycleLR,
  SGD,
  StepLR,
} from './index.ts';

setDefaultDevice(cpu());

const sgd = (lr = 0.1): SGD => new SGD([zeros([1], { requiresGrad: true })], { lr, momentum: 0.9 });

const all: readonly (readonly [string, (optimizer: SGD) => LRScheduler])[] = [
  ['StepLR', (o) => new StepLR(o, 3)],
  ['ExponentialLR', (o) => new ExponentialLR(o, 0.9)],
  ['CosineAnnealingLR', (o) => new CosineAnnealingLR(o, 8, { etaMin: 0.01 })],
  ['LambdaLR', (o) => new LambdaLR(o, (epoch) => 1 / (1 + epoch))],
  ['OneCycleLR', (o) => new OneCycleLR(o, 1, { totalSteps: 20 })],
];

describe('state dict', () => {
  test.each(all)('%s continues identically from a state loaded in the middle', (_name, make) => {
    const rates = (optimizer: SGD, scheduler: LRScheduler, count: number): unknown[] =>
      Array.from({ length: count }, () => {
        scheduler.step();
        return [optimizer.paramGroups[0]?.lr, optimizer.paramGroups[0]?.momentum];
      });
    const straight = sgd();
    const expected = rates(straight, make(straight), 15).slice(6);

    const first = sgd();
    const before = make(first);
    rates(first, before, 6);
    const second = sgd();
    const after = make(second);
    second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
    after.loadStateDict(JSON.parse(JSON.stringify(before.stateDict())));
    expect(rates(second, after, 9)).toEqual(expected);
  });

  test('holds numbers and switches alone', () => {
    expect(new StepLR(sgd(), 3).stateDict()).toEqual({
      baseLrs: [0.1],
      lastEpoch: 0,
      stepCount: 1,
      lastLr: [0.1],
      stepSize: 3,
      gamma: 0.1,
    });
    expect(Object.keys(new LambdaLR(sgd(), () => 1).stateDict())).toEqual([
      'baseLrs',
      'lastEpoch',
      'stepCount',
      'lastLr',
    ]);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['a missing number', { gamma: undefined }, /saved gamma does not fit: got undefined, expected a number/],
    [
      'another number of groups',
      { baseLrs: [1, 2] },
      /saved baseLrs does not fit: got 1,2, expected a list of 1 numbers/,
    ],
    ['no numbers', { lastLr: ['0.1'] }, /saved lastLr/],
  ])('refuses %s and changes nothing', (_what, spoiled, message) => {
    const scheduler = new StepLR(sgd(), 3);
    const before = scheduler.stateDict();
    expect(() => scheduler.loadStateDict({ ...before, lastEpoch: 5, ...spoiled })).toThrow(ArgumentError);
    expect(() => scheduler.loadStateDict({ ...before, lastEpoch: 5, ...spoiled })).toThrow(message);
    expect(scheduler.stateDict()).toEqual(before);
  });
});

test('a rate changed from outside lasts', () => {
  const optimizer = sgd();
  const scheduler = new ExponentialLR(optimizer, 0.5);
  const [group] = optimizer.paramGroups;
  if (group) group.lr = 8;
  scheduler.step();
  expect(group?.lr).toBe(4);
});

test('lastEpoch resumes where the optimizer was scheduled before', () => {
  const optimizer = sgd();
  const first = new CosineAnnealingLR(optimizer, 10);
  for (let i = 0; i < 4; i++) first.step();
  const again = new CosineAnnealingLR(optimizer, 10, { lastEpoch: 3 });
  expect(again.lastEpoch).toBe(4);
  expect(again.getLastLr()[0]).toBeCloseTo((0.1 * (1 + Math.cos(0.4 * Math.PI))) / 2, 14);
  expect(() => new StepLR(sgd(), 3, { lastEpoch: 2 })).toThrow(/group 0 has no initialLr/);
});

test("a cycle moves AdamW's first beta and keeps the second", () => {
  const optimizer = new AdamW([zeros([1], { requiresGrad: true })], { betas: [0.9, 0.99] });
  const scheduler = new OneCycleLR(optimizer, 1, { totalSteps: 10 });
  expect(optimizer.paramGroups[0]?.betas).toEqual([0.95, 0.99]);
  for (let i = 0; i < 2; i++) scheduler.step();
  expect(optimizer.paramGroups[0]?.lr).toBe(1);
  expect(optimizer.paramGroups[0]?.betas[0]).toBeCloseTo(0.85, 12);
  expect(optimizer.defaults.betas).toEqual([0.9, 0.99]);
});

test('a cycle ends after its steps', () => {
  const scheduler = new OneCycleLR(sgd(), 1, { totalSteps: 3 });
  for (let i = 0; i < 3; i++) scheduler.step();
  expect(() => scheduler.step()).toThrow(/the cycle is over: got step 5, expected at most 3 steps/);
});

test.each<[string, () => unknown, RegExp]>([
  ['no optimizer', () => new StepLR(undefined as never, 1), /StepLR\(\): not an optimizer/],
  ['stepSize 0', () => new StepLR(sgd(), 0), /invalid stepSize: got 0, expected a positive integer/],
  ['gamma NaN', () => new ExponentialLR(sgd(), Number.NaN), /invalid gamma/],
  ['tMax 1.5', () => new CosineAnnealingLR(sgd(), 1.5), /invalid tMax/],
  ['lastEpoch -2', () => new StepLR(sgd(), 1, { lastEpoch: -2 }), /invalid lastEpoch: got -2/],
  ['too many functions', () => new LambdaLR(sgd(), [() => 1, () => 1]), /got 2, expected 1/],
  ['no length', () => new OneCycleLR(sgd(), 1), /the length is missing/],
  [
    'epochs alone',
    () => new OneCycleLR(sgd(), 1, { epochs: 3 }),
    /the length is missing: got epochs 3 and stepsPerEpoch undefined/,
  ],
  ['no steps', () => new OneCycleLR(sgd(), 1, { totalSteps: 0 }), /invalid totalSteps/],
  ['pctStart 2', () => new OneCycleLR(sgd(), 1, { totalSteps: 5, pctStart: 2 }), /invalid pctStart/],
  [
    'an unknown shape',
    () => new OneCycleLR(sgd(), 1, { totalSteps: 5, annealStrategy: 'step' as 'cos' }),
    /invalid annealStrategy: got step/,
  ],
  [
    'too many peaks',
    () => new OneCycleLR(sgd(), [1, 2], { totalSteps: 5 }),
    /maxLr does not fit the groups: got 2 values, expected 1/,
  ],
  [
    'no momentum',
    () => new OneCycleLR(new Adagrad([zeros([1])]), 1, { totalSteps: 5 }),
    /no momentum.*cycleMomentum: false/,
  ],
])('%s is refused', (_what, make, message) => {
  expect(make).toThrow(ArgumentError);
  expect(make).toThrow(message);
});
