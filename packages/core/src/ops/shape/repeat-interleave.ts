import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, DTypeError, ShapeError, ValueError } from '../../errors.ts';
import { enableGrad, noGrad } from '../../grad-mode.ts';
import { composed } from '../../memory/composed.ts';
import { readData, readDataSync } from '../../read.ts';
import { runtime } from '../../runtime.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { filled, zerosOf } from '../create-ops.ts';
import { logicalOr, lt, minimum, ne } from '../elementwise.ts';
import { indexSelect, scatterAdd } from '../indexing.ts';
import { intsOf } from '../ranges.ts';
import { refuseWhereOp } from '../reduction/covariance.ts';
import { cumsum } from '../reduction/scan.ts';
import { expand, narrow, reshape, unsqueeze } from '../view.ts';

/** Options of {@link repeatInterleave}. */
export interface RepeatInterleaveOptions {
  /** The sum of a tensor of repeats: then they need not be read, and the call does not wait. */
  readonly outputSize?: number;
}

type Repeats = number | readonly number[] | Tensor;

function resolved(x: Tensor, dim: number | undefined): { y: Tensor; axis: number; size: number } {
  const y = dim === undefined ? reshape(x, [-1]) : x.shape.length === 0 ? reshape(x, [1]) : x;
  const axis = dim === undefined ? 0 : normalizeAxis('repeatInterleave', dim, x.shape.length);
  return { y, axis, size: y.shape[axis] as number };
}

function checkTensor(x: Tensor, repeats: Tensor, dim: number | undefined): void {
  if (repeats.dtype !== 'int32') {
    throw new DTypeError(
      'repeatInterleave',
      `the repeats are not integers: got ${repeats.dtype}, expected int32. Pass { dtype: 'int32' } or cast with x.to('int32').`,
      { dtype: repeats.dtype },
    );
  }
  const size =
    dim === undefined ? x.size : (x.shape[normalizeAxis('repeatInterleave', dim, x.shape.length)] ?? 1);
  if (repeats.shape.length <= 1 && (repeats.size === 1 || repeats.size === size)) return;
  throw new ShapeError(
    'repeatInterleave',
    `the repeats do not fit: got ${formatShape(repeats.shape)}, expected one, or a vector of ${size}.`,
    { shape: repeats.shape, size },
  );
}

/** Every element the same number of times: a copy of an expanded view. */
function evenly(x: Tensor, count: number, dim: number | undefined): Tensor {
  return composed(x.device, () => {
    const { y, axis, size } = resolved(x, dim);
    const apart = unsqueeze(y, axis + 1);
    const wide = clone(
      expand(
        apart,
        apart.shape.map((n, i) => (i === axis + 1 ? count : n)),
      ),
    );
    return reshape(
      wide,
      y.shape.map((n, i) => (i === axis ? size * count : n)),
    );
  });
}

function fromNumbers(
  x: Tensor,
  repeats: ArrayLike<number>,
  dim: number | undefined,
  Fault: typeof ArgumentError | typeof ValueError = ValueError,
): Tensor {
  const counts = Array.from(repeats);
  if (!counts.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new Fault(
      'repeatInterleave',
      `invalid repeats: got [${counts.join(', ')}], expected non-negative integers.`,
      { repeats: counts },
    );
  }
  if (counts.length === 1) return evenly(x, counts[0] as number, dim);
  return composed(x.device, () => {
    const { y, axis, size } = resolved(x, dim);
    if (counts.length !== size) {
      throw new ShapeError(
        'repeatInterleave',
        `the repeats do not fit: got ${counts.length}, expected one, or ${size}.`,
        { length: counts.length, size },
      );
    }
    const positions = counts.flatMap((n, i) => new Array<number>(n).fill(i));
    return indexSelect(y, axis, intsOf(x.device, positions));
  });
}

/** Position j of the result shows the element whose copies are the first to reach beyond j. */
function fromDevice(x: Tensor, repeats: Tensor, dim: number | undefined, outputSize: number): Tensor {
  if (!Number.isInteger(outputSize) || outputSize < 0) {
    throw new ArgumentError(
      'repeatInterleave',
      `invalid outputSize: got ${outputSize}, expected a non-negative integer.`,
      { outputSize },
    );
  }
  return composed(x.device, () => {
    const { y, axis, size } = resolved(x, dim);
    const { device } = x;
    if (size === 0) return indexSelect(y, axis, zerosOf(device, [outputSize], 'int32'));
    const counts = expand(reshape(repeats, [-1]), [size]);
    const ends = cumsum(counts, 0);
    const last = narrow(ends, 0, size - 1, 1);
    const wrong = logicalOr(lt(counts, 0), ne(last, outputSize));
    const checked = dispatchOne(refuseWhereOp, [ends, wrong], {
      op: 'repeatInterleave',
      fault: `the repeats do not fit: got negative ones or another sum, expected a sum of ${outputSize}, as outputSize says.`,
    });
    // One more place takes the ends that no position of the result is beyond.
    const marks = scatterAdd(
      zerosOf(device, [outputSize + 1], 'int32'),
      0,
      minimum(checked, outputSize),
      expand(filled(device, [], 'int32', 1), [size]),
    );
    return indexSelect(y, axis, cumsum(narrow(marks, 0, 0, outputSize), 0));
  });
}

/**
 * Every element several times in a row, along a dimension (default: of the flattened tensor). `repeats` is a number, or
 * one for each position, as an array or an int32 tensor. The values of a tensor have to be read: then a promise comes
 * back, unless `outputSize` tells their sum.
 *
 * @throws {@link ShapeError} when the repeats do not fit. @throws {@link ArgumentError} when a number is negative.
 * @throws {@link ValueError} when one in a tensor is, or they do not add up to `outputSize`.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.repeat_interleave.html
 *
 * @example
 * ```ts
 * import { repeatInterleave, tensor } from '@flambeau/core';
 * repeatInterleave(tensor([1, 2]), 2); // [1, 1, 2, 2]
 * await repeatInterleave(tensor([1, 2]), tensor([1, 2], { dtype: 'int32' })); // [1, 2, 2]
 * ```
 */
export function repeatInterleave(x: Tensor, repeats: number | readonly number[], dim?: number): Tensor;
export function repeatInterleave(
  x: Tensor,
  repeats: Repeats,
  dim: number | undefined,
  options: { readonly outputSize: number },
): Tensor;
export function repeatInterleave(x: Tensor, repeats: Tensor, dim?: number): Promise<Tensor>;
export function repeatInterleave(
  x: Tensor,
  repeats: Repeats,
  dim?: number,
  options: RepeatInterleaveOptions = {},
): Tensor | Promise<Tensor> {
  if (!isTensor(repeats)) return ofNumbers(x, repeats, dim);
  const { outputSize } = options;
  if (outputSize === undefined) return whenRead(x, repeats, dim);
  checkTensor(x, repeats, dim);
  return fromDevice(x, repeats, dim, outputSize);
}

function ofNumbers(x: Tensor, repeats: number | readonly number[], dim: number | undefined): Tensor {
  return fromNumbers(x, typeof repeats === 'number' ? [repeats] : repeats, dim, ArgumentError);
}

async function whenRead(x: Tensor, repeats: Tensor, dim: number | undefined): Promise<Tensor> {
  const mode = runtime.gradMode ? enableGrad : noGrad;
  checkTensor(x, repeats, dim);
  const values = await readData(repeats);
  return mode(() => fromNumbers(x, values, dim));
}

/**
 * {@link repeatInterleave} at once.
 *
 * @throws {@link AsyncReadError} for a tensor of repeats on devices that can only be read asynchronously.
 *
 * @example
 * ```ts
 * import { repeatInterleaveSync, tensor } from '@flambeau/core';
 * repeatInterleaveSync(tensor([1, 2]), tensor([1, 2], { dtype: 'int32' })); // [1, 2, 2]
 * ```
 */
export function repeatInterleaveSync(x: Tensor, repeats: Repeats, dim?: number): Tensor {
  if (!isTensor(repeats)) return ofNumbers(x, repeats, dim);
  checkTensor(x, repeats, dim);
  const values = readDataSync(repeats, 'repeatInterleaveSync', 'await repeatInterleave(x, repeats)');
  return fromNumbers(x, values, dim);
}
