// Against PyTorch 1.13: golden/pytorch.json is printed by tests/golden/losses.py.
import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
import {
  type Device,
  type DType,
  fromTyped,
  manualSeed,
  rand,
  setDefaultDevice,
  type Tensor,
  tensor,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import golden from './golden/pytorch.json' with { type: 'json' };
import * as losses from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

type LossFunction = (...args: never[]) => Tensor;
type LossClass = new (options: never) => losses.Loss;

/** The name of a loss in the golden file, its function and its class. */
const pairs: Readonly<Record<string, readonly [LossFunction, LossClass]>> = {
  mseLoss: [losses.mseLoss, losses.MSELoss],
  l1Loss: [losses.l1Loss, losses.L1Loss],
  smoothL1Loss: [losses.smoothL1Loss, losses.SmoothL1Loss],
  bceLoss: [losses.bceLoss, losses.BCELoss],
  bceWithLogitsLoss: [losses.bceWithLogitsLoss, losses.BCEWithLogitsLoss],
  crossEntropy: [losses.crossEntropy, losses.CrossEntropyLoss],
  nllLoss: [losses.nllLoss, losses.NLLLoss],
  huberLoss: [losses.huberLoss, losses.HuberLoss],
  klDiv: [losses.klDiv, losses.KLDivLoss],
  poissonNllLoss: [losses.poissonNllLoss, losses.PoissonNLLLoss],
  gaussianNllLoss: [losses.gaussianNllLoss, losses.GaussianNLLLoss],
  hingeEmbeddingLoss: [losses.hingeEmbeddingLoss, losses.HingeEmbeddingLoss],
  marginRankingLoss: [losses.marginRankingLoss, losses.MarginRankingLoss],
  softMarginLoss: [losses.softMarginLoss, losses.SoftMarginLoss],
  multiMarginLoss: [losses.multiMarginLoss, losses.MultiMarginLoss],
  multilabelMarginLoss: [losses.multilabelMarginLoss, losses.MultiLabelMarginLoss],
  multilabelSoftMarginLoss: [losses.multilabelSoftMarginLoss, losses.MultiLabelSoftMarginLoss],
  cosineEmbeddingLoss: [losses.cosineEmbeddingLoss, losses.CosineEmbeddingLoss],
  tripletMarginLoss: [losses.tripletMarginLoss, losses.TripletMarginLoss],
  tripletMarginWithDistanceLoss: [losses.tripletMarginWithDistanceLoss, losses.TripletMarginWithDistanceLoss],
  ctcLoss: [losses.ctcLoss, losses.CTCLoss],
};

/** How the generator made an operand. */
interface Spec {
  readonly shape: readonly number[];
  readonly labels?: readonly number[];
  readonly values?: readonly number[];
  readonly numbers?: readonly number[];
  readonly scale?: number;
  readonly shift?: number;
}

interface Case {
  readonly name: string;
  readonly loss: string;
  readonly seed: number;
  readonly operands: Readonly<Record<string, Spec>>;
  readonly options: Readonly<Record<string, Spec | number | boolean>>;
  readonly reduction: string;
  readonly shape: readonly number[];
  readonly values: string;
  readonly grads: Readonly<Record<string, string>>;
}

/** The operand on a device: drawn in float64 on the cpu, so that every device gets the same numbers. */
function build({ shape, labels, values, scale = 1, shift = 0 }: Spec, dtype: DType, device: Device): Tensor {
  if (labels) return fromTyped(Int32Array.from(labels), shape, { device });
  const drawn = values
    ? tensor(values, { dtype: 'float64' }).reshape(shape)
    : rand(shape, { dtype: 'float64' }).mul(scale).add(shift);
  return drawn.to(dtype).to(device);
}

function decode(base64: string): Float64Array {
  return new Float64Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
}

async function expectClose(
  x: Tensor | null | undefined,
  base64: string,
  tolerance: number,
  title: string,
): Promise<void> {
  const expected = decode(base64);
  const found = (await x?.data()) ?? [];
  expect(found.length, title).toBe(expected.length);
  expected.forEach((value, i) => {
    const got = found[i] as number;
    const at = `${title}, element ${i}: ${got} for ${value}`;
    if (Number.isFinite(value))
      expect(Math.abs(got - value), at).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
    else expect(got, at).toBe(value);
  });
}

/** How a case is run. */
interface Run {
  readonly dtype?: DType;
  readonly tolerance?: number;
  /** By the class, or by the function. */
  readonly byClass?: boolean;
  readonly device?: Device;
}

/** The loss and its gradients are PyTorch's. */
async function check(entry: Case, run: Run): Promise<void> {
  const { dtype = 'float64', tolerance = 1e-12, byClass = false, device = cpu() } = run;
  manualSeed(entry.seed);
  const operands: Record<string, Tensor> = {};
  const args: unknown[] = [];
  for (const [key, spec] of Object.entries(entry.operands)) {
    if (!spec.numbers) operands[key] = build(spec, dtype, device);
    args.push(spec.numbers ?? operands[key]);
  }
  const options: Record<string, unknown> = { reduction: entry.reduction };
  for (const [key, value] of Object.entries(entry.options)) {
    options[key] = typeof value === 'object' ? build(value, dtype, device) : value;
    if (typeof value === 'object') operands[key] = options[key] as Tensor;
  }
  for (const key of Object.keys(entry.grads)) operands[key]?.requiresGrad_();
  const [fn, Type] = pairs[entry.loss] as readonly [LossFunction, LossClass];
  const y = byClass
    ? new Type(options as never).forward(...(args as never))
    : fn(...(args as never[]), options as never);
  expect(y.shape).toEqual(entry.shape);
  expect([y.dtype, y.device]).toEqual([dtype, device]);
  await expectClose(y, entry.values, tolerance, 'loss');
  const cotangent = Float64Array.from({ length: y.size }, (_, i) => Math.sin(i + 1));
  y.backward(fromTyped(cotangent, y.shape, { dtype, device }));
  for (const [key, values] of Object.entries(entry.grads)) {
    await expectClose(operands[key]?.grad, values, tolerance, `gradient of ${key}`);
  }
}

const cases = golden.cases as unknown as readonly Case[];
const { backend } = cpu();
const budget = 1 << 20;
const devices: readonly (readonly [string, Device])[] = [
  ['with the required kernels alone', cpuPrimitives()],
  ['with deferred maps', countingDevice(backend, { defer: true, budget })],
  ['with deferred maps and asynchronous reads', countingDevice(backend, { defer: true, syncRead: false })],
  ['given one operation at a time', countingDevice(backend, { fuse: false, syncRead: false })],
];

describe.each(Object.keys(pairs))('%s is as in PyTorch', (loss) => {
  const own = cases.filter((entry) => entry.loss === loss);

  test.each(own)('$name with $options and $reduction', (entry) => check(entry, {}));

  test('as an object too', async () => {
    for (const entry of own) await check(entry, { byClass: true });
  });

  test('in float32, to its precision', async () => {
    // A certain but wrong probability of 1e-30 has a gradient of 1e12, where float32 has other digits.
    for (const entry of own.filter(({ name }) => name !== 'certain ones'))
      await check(entry, { dtype: 'float32', tolerance: 4e-6 });
  });

  test.each(devices)('on a device %s', async (_about, device) => {
    for (const entry of own) await check(entry, { device });
  });
});
