import { grad } from '@flambeau/autograd';
import type { Device, Tensor } from '@flambeau/core';
import {
  add,
  batchNorm,
  classNll,
  conv2d,
  flatten,
  fromTyped,
  linear,
  logSoftmax,
  maxPool2d,
  mean,
  mul,
  noGrad,
  relu,
  square,
  sub,
  tanh,
  tensor,
  tidy,
  zeros,
} from '@flambeau/core';
import type { Verdict } from '../cell.ts';
import type { Context } from '../context.ts';
import { drawValues } from '../draw.ts';
import { onDevice } from '../evaluate.ts';
import golden from '../golden/training.json' with { type: 'json' };
import { t } from '../samples/spec.ts';

/** What both networks are trained with: tests/golden/training.py has the same numbers. */
const MOMENTUM = 0.9;

/** PyTorch's own losses in float32 stay within 3e-6 of those in float64. */
const ALLOWED = { atol: 1e-6, rtol: 1e-4 };

/** From this step on memory is not to grow. */
const SETTLED = 3;

/** A network on fixed data. Everything is made on the default device. */
interface Training {
  readonly rate: number;
  /** The shapes of the parameters, and how far from 0 each is drawn. */
  readonly parameters: readonly { readonly shape: readonly number[]; readonly width: number }[];
  loss(parameters: readonly Tensor[]): Tensor;
}

/** Numbers that are the same in every language: drawn evenly, with 24 bits. */
function drawnTensor(shape: readonly number[], width: number, seed: number): Tensor {
  const values = drawValues(t(shape, { low: -width, high: width, seed }), 'float32', seed);
  return fromTyped(values, shape, { dtype: 'float32' });
}

const SIZE = 16;
const CLASSES = 3;

function regression(): Training {
  const x = drawnTensor([SIZE, 4], 2, 50);
  const wanted = tanh(x.narrow(1, 0, 2).sum(1, { keepdim: true }));
  return {
    rate: 0.05,
    parameters: [
      { shape: [8, 4], width: 0.5 },
      { shape: [8], width: 0.5 },
      { shape: [1, 8], width: 0.35 },
      { shape: [1], width: 0.35 },
    ],
    loss: ([w1, b1, w2, b2]) =>
      mean(square(sub(linear(tanh(linear(x, w1 as Tensor, b1)), w2 as Tensor, b2), wanted))),
  };
}

function classification(): Training {
  const x = drawnTensor([SIZE, 1, 8, 8], 1, 60);
  const classes = tensor(
    Array.from({ length: SIZE }, (_, i) => i % CLASSES),
    { dtype: 'int32' },
  );
  return {
    rate: 0.05,
    parameters: [
      { shape: [4, 1, 3, 3], width: 0.3 },
      { shape: [4], width: 0.3 },
      { shape: [4], width: 1 },
      { shape: [4], width: 0.5 },
      { shape: [CLASSES, 64], width: 0.125 },
      { shape: [CLASSES], width: 0.125 },
    ],
    loss: ([w, b, scale, shift, last, bias]) => {
      const seen = conv2d(x, w as Tensor, b as Tensor, { padding: 1 });
      const even = batchNorm(seen, null, null, {
        training: true,
        weight: scale as Tensor,
        bias: shift as Tensor,
      });
      const features = flatten(maxPool2d(relu(even), 2), 1);
      return mean(classNll(logSoftmax(linear(features, last as Tensor, bias), 1), classes, -100, 'classNll'));
    },
  };
}

const REFERENCE = golden as Readonly<Record<'regression' | 'classification', readonly number[]>> & {
  readonly torch: string;
};

/** Small networks that must learn as they do in PyTorch. */
export const trainingChecks: Readonly<
  Record<string, { readonly title: string; run(context: Context): Promise<Verdict> }>
> = {
  'training of a perceptron': {
    title: 'a perceptron learns as in PyTorch, in memory that does not grow',
    run: (context) => checkTraining(context, regression, REFERENCE.regression),
  },
  'training of a convolutional network': {
    title: 'a convolutional network learns as in PyTorch, in memory that does not grow',
    run: (context) => checkTraining(context, classification, REFERENCE.classification),
  },
};

async function checkTraining(
  { device, counted }: Context,
  make: () => Training,
  reference: readonly number[],
): Promise<Verdict> {
  const { losses } = await train(device, make, reference.length);
  for (const [step, expected] of reference.entries()) {
    const allowed = ALLOWED.atol + ALLOWED.rtol * expected;
    const off = Math.abs((losses[step] as number) - expected);
    if (!(off <= allowed))
      return `loss of step ${step}: got ${losses[step]}, expected ${expected} (off by ${off.toPrecision(3)}, allowed ${allowed.toPrecision(3)})`;
  }
  if (!counted.capabilities.explicitMemory) return null;
  const { blocks, bytes } = await train(counted, make, reference.length);
  const grown = [blocks, bytes].find((counts) =>
    counts.slice(SETTLED).some((n) => n > (counts[SETTLED] as number)),
  );
  return grown
    ? `memory after each step: got ${grown.join(', ')}, expected no more than after step ${SETTLED}`
    : null;
}

interface Course {
  readonly losses: readonly number[];
  readonly blocks: readonly number[];
  readonly bytes: readonly number[];
}

/** Gradient descent with momentum: v ← 0.9·v + g, p ← p − rate·v. */
async function train(device: Device, make: () => Training, steps: number): Promise<Course> {
  const [losses, blocks, bytes]: [number[], number[], number[]] = [[], [], []];
  const { rate, parameters: specs, loss } = onDevice(device, make);
  const parameters = onDevice(device, () =>
    specs.map(({ shape, width }, i) => drawnTensor(shape, width, i + 1).requiresGrad_()),
  );
  const velocities = specs.map(({ shape }) => zeros(shape, { device }));
  for (let step = 0; step < steps; step++) {
    const value = onDevice(device, () => tidy(() => descend(parameters, velocities, loss, rate)));
    losses.push(await value.item());
    value.dispose();
    const { blocks: b, bytes: n } = device.stats();
    blocks.push(b);
    bytes.push(n);
  }
  for (const x of [...parameters, ...velocities]) x.dispose();
  return { losses, blocks, bytes };
}

function descend(
  parameters: readonly Tensor[],
  velocities: readonly Tensor[],
  loss: Training['loss'],
  rate: number,
): Tensor {
  const value = loss(parameters);
  const gradients = grad(value, parameters);
  noGrad(() => {
    for (const [i, p] of parameters.entries()) {
      const v = velocities[i] as Tensor;
      v.copy_(add(mul(v, MOMENTUM), gradients[i] as Tensor));
      p.sub_(mul(v, rate));
    }
  });
  return value.detach();
}
