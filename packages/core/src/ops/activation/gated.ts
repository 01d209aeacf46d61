import { hostTensor } from '../../dispatch/execute.ts';
import { allocTyped, isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { noGrad } from '../../grad-mode.ts';
import { composed } from '../../memory/composed.ts';
import type { FloatArray, Generator } from '../../random/index.ts';
import { fillExponential } from '../../random/index.ts';
import { defaultGenerator, uniformMask } from '../../random.ts';
import { formatShape, normalizeAxis, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, castTo, div, eq, gt, leakyRelu, log, mul, neg, sigmoid, sub, where } from '../elementwise.ts';
import { argmax } from '../reduce.ts';
import type { SoftmaxOptions } from '../softmax.ts';
import { softmax } from '../softmax.ts';
import { narrow, reshape } from '../view.ts';
import { preluOp } from './rectifiers.ts';

/**
 * x above 0, else weight·x, with one learnt weight for all or one for each channel.
 *
 * @param weight - (1) or (C), where C is the size of x's second dimension (the only one of a vector counts as 1).
 * @throws {@link ShapeError} when the weight does not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.prelu.html
 *
 * @example
 * ```ts
 * import { prelu, tensor } from '@flambeau/core';
 * prelu(tensor([-2, 3]), tensor([0.25])); // [-0.5, 3]
 * ```
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  const rank = x.shape.length;
  const channels = rank > 1 ? (x.shape[1] as number) : 1;
  if (weight.shape.length > 1 || (weight.size !== 1 && weight.size !== channels)) {
    throw new ShapeError(
      'prelu',
      `the weight does not fit: got ${formatShape(weight.shape)} for ${formatShape(x.shape)}, expected 1 or ${channels} values.`,
      { weight: weight.shape, shape: x.shape },
    );
  }
  const shape = x.shape.map((_, i) => (i === 1 ? weight.size : 1));
  return composed(x.device, () => preluOp(x, reshape(weight, rank > 1 ? shape : x.shape.map(() => 1))));
}

/** Options of {@link rrelu}. */
export interface RreluOptions {
  /** Least slope. Default 1/8. */
  readonly lower?: number;
  /** Largest slope. Default 1/3. */
  readonly upper?: number;
  /** Draw a slope for each element, instead of the mean of both. Default false. */
  readonly training?: boolean;
}

/**
 * x above 0, else x times a slope: random between two bounds while training. Slopes are drawn on the device, as dropout's
 * masks are: not PyTorch's numbers.
 *
 * @throws {@link ArgumentError} when `lower` is above `upper`.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.rrelu.html
 *
 * @example
 * ```ts
 * import { rrelu, tensor } from '@flambeau/core';
 * rrelu(tensor([-24, 3])); // [-5.5, 3]
 * ```
 */
export function rrelu(x: Tensor, options: RreluOptions = {}): Tensor {
  const { lower = 1 / 8, upper = 1 / 3, training = false } = options;
  if (!(lower <= upper)) {
    throw new ArgumentError(
      'rrelu',
      `bounds in the wrong order: got ${lower} and ${upper}, expected lower ≤ upper.`,
      {
        lower,
        upper,
      },
    );
  }
  if (!training) return leakyRelu(x, (lower + upper) / 2);
  return composed(x.device, () => {
    const slopes = castTo(add(mul(uniformMask(x.shape, x.device), upper - lower), lower), x.dtype);
    return where(gt(x, 0), x, mul(x, slopes));
  });
}

/**
 * Gated linear unit: the first half of a dimension times the sigmoid of the second.
 *
 * @throws {@link ShapeError} when the dimension is odd.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.glu.html
 *
 * @example
 * ```ts
 * import { glu, tensor } from '@flambeau/core';
 * glu(tensor([4, 0])); // [2]
 * ```
 */
export function glu(x: Tensor, dim = -1): Tensor {
  if (x.shape.length === 0) {
    throw new ShapeError('glu', 'a 0-d tensor has no halves: got [], expected at least one dimension.');
  }
  const axis = normalizeAxis('glu', dim, x.shape.length);
  const size = x.shape[axis] as number;
  if (size % 2 !== 0) {
    throw new ShapeError('glu', `an odd size: got ${size} in dimension ${axis}, expected an even one.`, {
      dim: axis,
      size,
    });
  }
  return composed(x.device, () =>
    mul(narrow(x, axis, 0, size / 2), sigmoid(narrow(x, axis, size / 2, size / 2))),
  );
}

/**
 * {@link softmax} of −x.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html
 *
 * @example
 * ```ts
 * import { softmin, tensor } from '@flambeau/core';
 * softmin(tensor([0, 1]), 0); // [0.7311, 0.2689]
 * ```
 */
export function softmin(x: Tensor, dim: number, options: SoftmaxOptions = {}): Tensor {
  return composed(x.device, () => softmax(neg(x), dim, options));
}

/** Options of {@link gumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** Temperature, above 0. Default 1. */
  readonly tau?: number;
  /** One-hot results, with the gradient of the soft ones. Default false. */
  readonly hard?: boolean;
  /** Default −1. */
  readonly dim?: number;
  /** Default: the generator that {@link manualSeed} seeds. */
  readonly generator?: Generator;
}

/**
 * A sample from the Gumbel-softmax distribution: softmax((logits + noise) / τ). The noise is PyTorch's after the same
 * {@link manualSeed}.
 *
 * @throws {@link DTypeError} for integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.gumbel_softmax.html
 *
 * @example
 * ```ts
 * import { gumbelSoftmax, tensor } from '@flambeau/core';
 * gumbelSoftmax(tensor([0, 100]), { hard: true }); // [0, 1]
 * ```
 */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const { tau = 1, hard = false, dim = -1, generator = defaultGenerator() } = options;
  const { dtype, shape, device } = logits;
  if (!isFloat(dtype)) {
    throw new DTypeError('gumbelSoftmax', `not defined for integers: got ${dtype}, expected a float dtype.`, {
      dtype,
    });
  }
  const drawn = allocTyped(dtype, sizeOf(shape)) as FloatArray;
  fillExponential(generator, drawn);
  const axis = normalizeAxis('gumbelSoftmax', dim, shape.length);
  return composed(device, () => {
    const noise = neg(log(hostTensor(device, dtype, drawn, shape)));
    const soft = softmax(div(add(logits, noise), tau), axis);
    if (!hard) return soft;
    const chosen = noGrad(() => sub(oneHotOf(soft, axis), soft));
    return add(chosen, soft);
  });
}

/** 1 at the largest element along a dimension, else 0. */
function oneHotOf(x: Tensor, axis: number): Tensor {
  const top = argmax(x, axis, { keepdim: true });
  const size = x.shape[axis] ?? 1;
  const places = hostTensor(
    x.device,
    'int32',
    Int32Array.from({ length: size }, (_, i) => i),
    x.shape.map((_, i) => (i === axis ? size : 1)),
  );
  return castTo(eq(top, places), x.dtype);
}
