// Against PyTorch 1.13: golden/*.json is written by tests/golden/optim.py.
import { cpu } from '@flambeau/backend-cpu';
import type { DType, Tensor } from '@flambeau/core';
import { fromTyped, setDefaultDevice, zeros } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import clipping from './golden/clipping.json' with { type: 'json' };
import schedules from './golden/schedules.json' with { type: 'json' };
import steps from './golden/steps.json' with { type: 'json' };
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  CosineAnnealingLR,
  clipGradNorm_,
  ExponentialLR,
  LambdaLR,
  type LRScheduler,
  OneCycleLR,
  type Optimizer,
  type OptimizerOptions,
  type ParamsInput,
  type ScheduledOptimizer,
  SGD,
  StepLR,
} from './index.ts';

setDefaultDevice(cpu());

/** Relative. PyTorch contracts products and sums to FMA, Flambeau never does. */
const TOLERANCE: Readonly<Record<string, number>> = { float32: 1e-6, float64: 1e-12 };
/** Parameters and momenta of about 1 may cancel to nearly 0, where single rounding errors of float32 count: relative to this. */
const CANCELLED: Readonly<Record<string, number>> = { float32: 0.05, float64: 0 };

function expectClose(
  found: Tensor | number,
  expected: readonly number[],
  dtype: string,
  what: string,
  floor = 0,
): void {
  const values = typeof found === 'number' ? [found] : found.dataSync();
  expect(values.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs((values[i] as number) - value);
    const bound = (TOLERANCE[dtype] as number) * Math.max(Math.abs(value), floor);
    expect(error, `${what}[${i}]: got ${values[i]}, expected ${value}`).toBeLessThanOrEqual(bound);
  });
}

type Make = (params: ParamsInput<never>, options: never) => Optimizer<OptimizerOptions, object>;
const optimizers: Readonly<Record<string, Make>> = {
  SGD: (params, options) => new SGD(params, options),
  Adam: (params, options) => new Adam(params, options),
  AdamW: (params, options) => new AdamW(params, options),
  Adadelta: (params, options) => new Adadelta(params, options),
  Adagrad: (params, options) => new Adagrad(params, options),
  Adamax: (params, options) => new Adamax(params, options),
};

interface After {
  readonly params: readonly (readonly number[])[];
  readonly states: readonly Readonly<Record<string, number | readonly number[]>>[];
}

interface Case {
  readonly optimizer: string;
  readonly options: object;
  readonly second?: object;
  readonly after: Readonly<Record<string, After>>;
}

const made = (values: readonly number[], shape: readonly number[], dtype: DType): Tensor =>
  fromTyped(Float64Array.from(values), shape, { dtype });

describe.each(Object.entries(steps.dtypes))('ten steps in %s', (label, { initial, gradients, cases }) => {
  const dtype = label as DType;
  test.each(
    (cases as readonly Case[]).map((c) => [`${c.optimizer} ${JSON.stringify(c.options)}`, c] as const),
  )('%s', (_title, { optimizer: name, options, second, after }) => {
    const params = initial.map((values, i) =>
      made(values, steps.shapes[i] as number[], dtype).requiresGrad_(),
    );
    const groups = second ? [{ params: params.slice(0, 1) }, { params: params.slice(1), ...second }] : params;
    const optimizer = (optimizers[name] as Make)(groups as never, options as never);
    gradients.forEach((grads, step) => {
      optimizer.zeroGrad();
      grads.forEach((values, i) => {
        if (values) (params[i] as Tensor).grad = made(values, steps.shapes[i] as number[], dtype);
      });
      optimizer.step();
      const expected = after[step + 1];
      if (!expected) return;
      params.forEach((p, i) => {
        expectClose(
          p,
          expected.params[i] as number[],
          label,
          `step ${step + 1} parameter ${i}`,
          CANCELLED[label],
        );
        const saved = expected.states[i] as After['states'][number];
        const state = optimizer.state.get(p) as Record<string, Tensor | number> | undefined;
        if (!state) {
          // PyTorch's Adagrad makes its state before the first step.
          expect(saved['step'] ?? 0).toBe(0);
          return;
        }
        for (const [key, value] of Object.entries(saved)) {
          const values = Array.isArray(value) ? (value as number[]) : [value as number];
          const floor = key === 'momentumBuffer' ? CANCELLED[label] : 0;
          expectClose(state[key] as Tensor, values, label, `step ${step + 1} ${key} ${i}`, floor);
        }
      });
    });
  });
});

type Schedule = (optimizer: ScheduledOptimizer, args: [never], options: never) => LRScheduler;
const schedulers: Readonly<Record<string, Schedule>> = {
  StepLR: (optimizer, [stepSize], options) => new StepLR(optimizer, stepSize, options),
  ExponentialLR: (optimizer, [gamma]) => new ExponentialLR(optimizer, gamma),
  CosineAnnealingLR: (optimizer, [tMax], options) => new CosineAnnealingLR(optimizer, tMax, options),
  OneCycleLR: (optimizer, [maxLr], options) => new OneCycleLR(optimizer, maxLr, options),
  LambdaLR: (optimizer) => new LambdaLR(optimizer, (epoch) => 0.95 ** epoch),
};

test.each(
  schedules.map(
    (entry) =>
      [
        `${entry.scheduler} ${JSON.stringify([entry.args, entry.options])} on ${entry.optimizer}`,
        entry,
      ] as const,
  ),
)('fifty steps of %s', (_title, { scheduler: name, optimizer: kind, args, options, rates, momenta }) => {
  const groups = [
    { params: [zeros([1], { requiresGrad: true })] },
    { params: [zeros([1], { requiresGrad: true })], lr: 0.03 },
  ];
  const optimizer =
    kind === 'SGD' ? new SGD(groups, { lr: 0.1, momentum: 0.9 }) : new AdamW(groups, { lr: 0.1 });
  const scheduler = (schedulers[name] as Schedule)(optimizer, args as [never], options as never);
  expect(rates.length).toBe(51);
  rates.forEach((expected, epoch) => {
    expected.forEach((rate, i) => {
      const group = optimizer.paramGroups[i] as { lr: number; momentum?: number; betas?: readonly number[] };
      expectClose(group.lr, [rate], 'float64', `rate at ${epoch}`);
      expectClose(
        (group.momentum ?? group.betas?.[0]) as number,
        [momenta[epoch]?.[i] as number],
        'float64',
        `momentum at ${epoch}`,
      );
      expect(scheduler.getLastLr()[i]).toBe(group.lr);
    });
    scheduler.step();
  });
});

test.each(
  clipping.map(
    (entry) => [`${entry.dtype}, norm ${entry.normType}, at most ${entry.maxNorm}`, entry] as const,
  ),
)('clipping %s', (_title, { dtype, gradients, maxNorm, normType, norm, clipped }) => {
  const params = gradients.map((values) => {
    const p = zeros([values.length], { dtype: dtype as DType, requiresGrad: true });
    p.grad = made(values, [values.length], dtype as DType);
    return p;
  });
  expectClose(clipGradNorm_(params, maxNorm, { normType: Number(normType) }), [norm], dtype, 'norm');
  params.forEach((p, i) => {
    expectClose(p.grad as Tensor, clipped[i] as number[], dtype, `gradient ${i}`);
  });
});
