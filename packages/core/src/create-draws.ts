import { rand, randn } from './create.ts';
import { isFloat } from './dtype.ts';
import { ArgumentError, DTypeError, ShapeError, ValueError } from './errors.ts';
import { noGrad } from './grad-mode.ts';
import { composed } from './memory/composed.ts';
import { add, castTo, lt, mul } from './ops/elementwise.ts';
import { callHost, callHostSync, defineHostOp } from './ops/host-op.ts';
import type { KernelOp } from './ops/op.ts';
import type { FloatArray, Generator } from './random/index.ts';
import { drawMultinomial } from './random/index.ts';
import { defaultGenerator } from './random.ts';
import { readDataSync } from './read.ts';
import { broadcastShapes, formatShape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Options of draws whose shape and dtype come from a tensor. */
export interface GeneratorOptions {
  /** Default: the generator that {@link manualSeed} seeds. */
  readonly generator?: Generator;
}

function requireFloat(op: string, x: Tensor): void {
  if (isFloat(x.dtype)) return;
  throw new DTypeError(op, `not defined for integers: got ${x.dtype}, expected a float dtype.`, {
    dtype: x.dtype,
  });
}

/**
 * 1 with the probability that each element gives, else 0: PyTorch's draws after the same {@link manualSeed}. Not
 * differentiable.
 *
 * @param p - probabilities in [0, 1], float. Where values can be read at once, others are refused.
 * @returns the shape and dtype of p.
 * @throws {@link ValueError} for a value that is no probability.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.bernoulli.html
 *
 * @example
 * ```ts
 * import { bernoulli, tensor } from '@flambeau/core';
 * bernoulli(tensor([0, 1])); // [0, 1]
 * ```
 */
export function bernoulli(p: Tensor, options: GeneratorOptions = {}): Tensor {
  requireFloat('bernoulli', p);
  if (p.device.capabilities.syncRead) checkProbabilities(p);
  return composed(p.device, () =>
    noGrad(() => {
      const { dtype, device } = p;
      return castTo(lt(rand(p.shape, { ...options, dtype, device }), p), dtype);
    }),
  );
}

function checkProbabilities(p: Tensor): void {
  const values = readDataSync(p) as FloatArray;
  const index = values.findIndex((value) => !(value >= 0 && value <= 1));
  if (index < 0) return;
  throw new ValueError(
    'bernoulli',
    `not a probability: got ${values[index]} at ${index}, expected numbers in [0, 1]. Apply sigmoid to logits first.`,
    { index, value: values[index] },
  );
}

/**
 * Normal numbers with given means and standard deviations, broadcast: PyTorch's draws after the same {@link manualSeed}.
 *
 * @param mean - a tensor, or a number where `std` is a tensor.
 * @param std - a tensor or a number, not negative.
 * @throws {@link ArgumentError} without a tensor, or for a negative number.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.normal.html
 *
 * @example
 * ```ts
 * import { normal, tensor } from '@flambeau/core';
 * normal(tensor([1, 2]), 0); // [1, 2]
 * ```
 */
export function normal(
  mean: Tensor | number,
  std: Tensor | number = 1,
  options: GeneratorOptions = {},
): Tensor {
  const shaped = typeof mean === 'number' ? std : mean;
  if (typeof shaped === 'number') {
    throw new ArgumentError(
      'normal',
      'no tensor: got two numbers, expected a tensor as mean or std. For numbers use randn(shape).',
    );
  }
  requireFloat('normal', shaped);
  if (typeof std === 'number' && !(std >= 0)) {
    throw new ArgumentError('normal', `a negative std: got ${std}, expected a number of at least 0.`, {
      std,
    });
  }
  const shape =
    typeof mean === 'number' || typeof std === 'number'
      ? shaped.shape
      : broadcastShapes('normal', mean.shape, std.shape);
  return composed(shaped.device, () =>
    noGrad(() => {
      const { dtype, device } = shaped;
      return add(mul(randn(shape, { ...options, dtype, device }), std), mean);
    }),
  );
}

/** Attributes of {@link multinomialOp}. */
interface MultinomialAttrs {
  readonly samples: number;
  readonly replacement: boolean;
  readonly generator: Generator;
}

/** @internal */
export const multinomialOp: KernelOp<MultinomialAttrs> = /*#__PURE__*/ defineHostOp<MultinomialAttrs>({
  name: 'multinomial',
  infer: ([weights], { samples }) => {
    const { shape } = weights as Tensor;
    requireFloat('multinomial', weights as Tensor);
    if (shape.length !== 1 && shape.length !== 2) {
      throw new ShapeError(
        'multinomial',
        `wrong rank: got ${formatShape(shape)}, expected one row of weights or a matrix of rows.`,
        { shape },
      );
    }
    return [{ shape: [...shape.slice(0, -1), samples], dtype: 'int32' }];
  },
  compute: ([weights], { samples, replacement, generator }) => {
    const { shape = [], data } = weights ?? {};
    const rows = shape.length === 2 ? (shape[0] as number) : 1;
    const drawn = drawMultinomial(generator, data as FloatArray, rows, { samples, replacement });
    return [{ dtype: 'int32', shape: [...shape.slice(0, -1), samples], data: drawn }];
  },
  vjp: null,
});

/** Options of {@link multinomial}. */
export interface MultinomialOptions extends GeneratorOptions {
  /** Whether a category can be drawn more than once in a row. Default false. */
  readonly replacement?: boolean;
}

const attrsOf = (samples: number, options: MultinomialOptions): MultinomialAttrs => ({
  samples,
  replacement: options.replacement ?? false,
  generator: options.generator ?? defaultGenerator(),
});

/**
 * Category indices drawn with probabilities in proportion to weights: PyTorch's draws after the same {@link manualSeed}. A
 * host op: the weights are read.
 *
 * @param weights - (categories) or (rows, categories), float, finite and not negative; rows need not sum to 1.
 * @param samples - draws for each row.
 * @returns (samples) or (rows, samples), int32.
 * @throws {@link ValueError} for bad weights, {@link ArgumentError} for a bad number of samples.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.multinomial.html
 *
 * @example
 * ```ts
 * import { multinomial, tensor } from '@flambeau/core';
 * await multinomial(tensor([0, 1, 0]), 1); // [1]
 * ```
 */
export async function multinomial(
  weights: Tensor,
  samples: number,
  options: MultinomialOptions = {},
): Promise<Tensor> {
  return (await callHost(multinomialOp, [weights], attrsOf(samples, options)))[0] as Tensor;
}

/** {@link multinomial} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function multinomialSync(weights: Tensor, samples: number, options: MultinomialOptions = {}): Tensor {
  return callHostSync(multinomialOp, [weights], attrsOf(samples, options))[0] as Tensor;
}
