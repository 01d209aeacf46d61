import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { readData, readDataSync } from '../../read.ts';
import { runtime } from '../../runtime.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { castTo } from '../elementwise.ts';
import { scatterAddOp } from '../indexing.ts';
import { intsOf } from '../ranges.ts';
import { amax } from '../reduce.ts';
import { expand } from '../view.ts';

/** Options of {@link bincount}. */
export interface BincountOptions {
  /** What each number counts: (n). */
  readonly weights?: Tensor | null;
  /** The least number of bins. Default 0. */
  readonly minlength?: number;
}

function checkBincount(x: Tensor, { weights, minlength = 0 }: BincountOptions): void {
  if (isFloat(x.dtype) || x.dtype === 'bool') {
    throw new DTypeError('bincount', `not integers: got ${x.dtype}, expected int32, uint8 or int8.`, {
      dtype: x.dtype,
    });
  }
  if (x.shape.length !== 1) {
    throw new ShapeError('bincount', `not a vector: got ${formatShape(x.shape)}, expected one dimension.`, {
      shape: x.shape,
    });
  }
  if (weights && (weights.shape.length !== 1 || weights.size !== x.size)) {
    throw new ShapeError(
      'bincount',
      `the weights do not fit: got ${formatShape(weights.shape)}, expected ${formatShape(x.shape)}.`,
      { shapes: [weights.shape, x.shape] },
    );
  }
  if (!Number.isInteger(minlength) || minlength < 0) {
    throw new ArgumentError(
      'bincount',
      `invalid minlength: got ${minlength}, expected an integer that is not negative.`,
      { minlength },
    );
  }
}

/** Counts in as many bins as the largest number needs. */
function counted(x: Tensor, largest: number, { weights, minlength = 0 }: BincountOptions): Tensor {
  const size = Math.max(largest + 1, minlength);
  return composed(x.device, () => {
    const index = castTo(x, 'int32');
    // PyTorch adds integer weights in float64.
    const amounts = weights
      ? castTo(weights, isFloat(weights.dtype) ? weights.dtype : 'float64')
      : expand(intsOf(x.device, [1]), x.shape);
    const none = zerosOf(x.device, [size], amounts.dtype);
    return dispatchOne(scatterAddOp, [none, index, amounts], { axis: 0, size, caller: 'bincount' });
  });
}

/**
 * How often each number from 0 to the largest one occurs; or the sum of its weights. A host op: its size depends on
 * values. The weights have a gradient.
 *
 * @param x - (n), integers, not negative.
 * @returns (max(x) + 1), or `minlength` if that is more: int32, or the dtype of the weights, float64 for integer ones.
 * @throws {@link ValueError} when a number is negative. @throws {@link DTypeError} for floats and bools.
 * @throws {@link ShapeError} when x or the weights do not fit. @throws {@link ArgumentError} for an invalid minlength.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.bincount.html. It has no
 * gradient there.
 *
 * @example
 * ```ts
 * import { bincount, tensor } from '@flambeau/core';
 * await bincount(tensor([0, 2, 2], { dtype: 'int32' })); // [1, 0, 2]
 * ```
 */
export async function bincount(x: Tensor, options: BincountOptions = {}): Promise<Tensor> {
  checkBincount(x, options);
  if (x.size === 0) return counted(x, -1, options);
  const { gradMode } = runtime;
  const top = amax(x);
  const [largest] = await readData(top);
  top.dispose();
  const outer = runtime.gradMode;
  runtime.gradMode = gradMode;
  try {
    return counted(x, Math.max(largest as number, -1), options);
  } finally {
    runtime.gradMode = outer;
  }
}

/** {@link bincount} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function bincountSync(x: Tensor, options: BincountOptions = {}): Tensor {
  checkBincount(x, options);
  if (x.size === 0) return counted(x, -1, options);
  return composed(x.device, () => {
    const [largest] = readDataSync(amax(x), 'bincountSync', 'await bincount(x)');
    return counted(x, Math.max(largest as number, -1), options);
  });
}
