// Against PyTorch 1.13: golden/pytorch.json is printed by tests/golden/losses.py.
import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  type DType,
  fromTyped,
  manualSeed,
  rand,
  setDefaultDevice,
  type Tensor,
  tensor,
} from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import golden from './golden/pytorch.json' with { type: 'json' };
import * as losses from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

type LossFunction = (input: Tensor, target: Tensor, options: object) => Tensor;
type LossClass = new (options: object) => losses.Loss;

const functions: Readonly<Record<string, LossFunction>> = {
  mseLoss: losses.mseLoss,
  l1Loss: losses.l1Loss,
  smoothL1Loss: losses.smoothL1Loss,
  bceLoss: losses.bceLoss,
  bceWithLogitsLoss: losses.bceWithLogitsLoss,
  crossEntropy: losses.crossEntropy,
  nllLoss: losses.nllLoss,
};

const classes: Readonly<Record<string, LossClass>> = {
  mseLoss: losses.MSELoss,
  l1Loss: losses.L1Loss,
  smoothL1Loss: losses.SmoothL1Loss,
  bceLoss: losses.BCELoss,
  bceWithLogitsLoss: losses.BCEWithLogitsLoss,
  crossEntropy: losses.CrossEntropyLoss,
  nllLoss: losses.NLLLoss,
};

/** How the generator made an operand. */
interface Spec {
  readonly shape: readonly number[];
  readonly labels?: readonly number[];
  readonly values?: readonly number[];
  readonly scale?: number;
  readonly shift?: number;
}

interface Case {
  readonly name: string;
  readonly loss: string;
  readonly seed: number;
  readonly input: Spec;
  readonly target: Spec;
  readonly options: Readonly<Record<string, Spec | number>>;
  readonly reduction: string;
  readonly shape: readonly number[];
  readonly values: string;
  readonly grads: Readonly<Record<string, string>>;
}

function build({ shape, labels, values, scale = 1, shift = 0 }: Spec, dtype: DType): Tensor {
  if (labels) return fromTyped(Int32Array.from(labels), shape);
  const drawn = values
    ? tensor(values, { dtype: 'float64' }).reshape(shape)
    : rand(shape, { dtype: 'float64' }).mul(scale).add(shift);
  return drawn.to(dtype);
}

function decode(base64: string): Float64Array {
  return new Float64Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
}

function expectClose(x: Tensor | null | undefined, base64: string, tolerance: number, title: string): void {
  const expected = decode(base64);
  const found = x?.dataSync() ?? [];
  expect(found.length, title).toBe(expected.length);
  expected.forEach((value, i) => {
    const got = found[i] as number;
    if (Number.isNaN(value)) expect(got, `${title}, element ${i}`).toBeNaN();
    else
      expect(Math.abs(got - value), `${title}, element ${i}: ${got} for ${value}`).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(value)),
      );
  });
}

/** The loss and its gradients by the function, or by the class. */
function check(entry: Case, dtype: DType, tolerance: number, byClass: boolean): void {
  manualSeed(entry.seed);
  const operands: Record<string, Tensor> = {};
  operands['input'] = build(entry.input, dtype);
  operands['target'] = build(entry.target, dtype);
  const options: Record<string, unknown> = { reduction: entry.reduction };
  for (const [key, value] of Object.entries(entry.options)) {
    options[key] = typeof value === 'number' ? value : build(value, dtype);
    if (typeof value !== 'number') operands[key] = options[key] as Tensor;
  }
  for (const key of Object.keys(entry.grads)) operands[key]?.requiresGrad_();
  const [run, Type] = [functions[entry.loss] as LossFunction, classes[entry.loss] as LossClass];
  const criterion = byClass ? new Type(options) : null;
  const y = criterion
    ? criterion.forward(operands['input'], operands['target'])
    : run(operands['input'], operands['target'], options);
  expect(y.shape).toEqual(entry.shape);
  expect(y.dtype).toBe(dtype);
  expectClose(y, entry.values, tolerance, 'loss');
  const cotangent = Float64Array.from({ length: y.size }, (_, i) => Math.sin(i + 1));
  y.backward(fromTyped(cotangent, y.shape, { dtype }));
  for (const [key, values] of Object.entries(entry.grads)) {
    expectClose(operands[key]?.grad, values, tolerance, `gradient of ${key}`);
  }
}

const cases = golden.cases as unknown as readonly Case[];

describe.each(Object.keys(functions))('%s is as in PyTorch', (loss) => {
  const own = cases.filter((entry) => entry.loss === loss);

  test.each(own)('$name with $options and $reduction', (entry) => {
    check(entry, 'float64', 1e-12, false);
  });

  test('as an object too', () => {
    for (const entry of own) check(entry, 'float64', 1e-12, true);
  });

  test('in float32, to its precision', () => {
    // A certain but wrong probability of 1e-30 has a gradient of 1e12, where float32 has other digits.
    for (const entry of own.filter(({ name }) => name !== 'certain ones'))
      check(entry, 'float32', 4e-6, false);
  });
});
