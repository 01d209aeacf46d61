import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis, reducedShape } from '../../shape.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import {
  castTo,
  ceil,
  clampMin,
  floor,
  ge,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  lt,
  mul,
  round,
  sub,
  where,
} from '../elementwise.ts';
import { gather } from '../indexing.ts';
import { lerp } from '../math/exponential.ts';
import { type ReduceOptions, requireFloat, sum } from '../reduce.ts';
import { refuseWhereOp } from '../reduction/covariance.ts';
import { expand, permute, reshape } from '../view.ts';
import { sorted } from './sort.ts';

/** What a quantile between two elements is. */
export type QuantileInterpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';

/** Options of {@link quantile}. */
export interface QuantileOptions extends ReduceOptions {
  /** Between elements: `linear` by the distance to each (default), one of them, or their mean. */
  readonly interpolation?: QuantileInterpolation;
}

const KINDS: readonly string[] = ['linear', 'lower', 'higher', 'midpoint', 'nearest'];

function checkQuantile(op: string, x: Tensor, q: number | Tensor, interpolation: string): void {
  requireFloat(op, x.dtype);
  if (x.size === 0) {
    throw new ShapeError(
      op,
      `no elements: got shape ${formatShape(x.shape)}, expected at least one element.`,
      {
        shape: x.shape,
      },
    );
  }
  if (!KINDS.includes(interpolation)) {
    throw new ArgumentError(
      op,
      `unknown interpolation: got '${interpolation}', expected one of ${KINDS.join(', ')}.`,
      { interpolation },
    );
  }
  if (!isTensor(q)) {
    if (q >= 0 && q <= 1) return;
    throw new ArgumentError(op, `q is out of range: got ${q}, expected 0 ≤ q ≤ 1.`, { q });
  }
  if (q.shape.length > 1) {
    throw new ShapeError(
      op,
      `q has too many dimensions: got ${formatShape(q.shape)}, expected a number or a vector.`,
      { shape: q.shape },
    );
  }
  if (q.dtype !== x.dtype) {
    throw new DTypeError(
      op,
      `the dtypes do not fit: got q of ${q.dtype} for ${x.dtype}, expected the same.`,
      {
        dtypes: [q.dtype, x.dtype],
      },
    );
  }
}

/** Values of sorted lines (…, n) at fractional positions (…, k). */
function between(values: Tensor, ranks: Tensor, interpolation: QuantileInterpolation): Tensor {
  const axis = values.shape.length - 1;
  const at = (positions: Tensor): Tensor => gather(values, axis, castTo(positions, 'int32'));
  if (interpolation === 'nearest') return at(round(ranks));
  if (interpolation === 'higher') return at(ceil(ranks));
  const below = at(floor(ranks));
  if (interpolation === 'lower') return below;
  return lerp(below, at(ceil(ranks)), interpolation === 'midpoint' ? 0.5 : sub(ranks, floor(ranks)));
}

function quantiles(
  op: string,
  x: Tensor,
  q: number | Tensor,
  dim: number | undefined,
  { interpolation = 'linear', keepdim = false }: QuantileOptions,
  ignoreNan: boolean,
): Tensor {
  checkQuantile(op, x, q, interpolation);
  const rank = x.shape.length;
  const axis = normalizeAxis(op, dim ?? 0, dim === undefined ? 1 : rank);
  const out =
    dim === undefined ? (keepdim ? x.shape.map(() => 1) : []) : reducedShape(x.shape, [axis], keepdim);
  return composed(x.device, () => {
    const rest = [...x.shape.keys()].filter((i) => i !== axis);
    const lines = dim === undefined || rank === 0 ? reshape(x, [1, x.size]) : permute(x, [...rest, axis]);
    const last = lines.shape.length - 1;
    const n = lines.shape[last] as number;
    const { values } = sorted(op, lines, last);
    const one = isTensor(q) ? q : filled(x.device, [], x.dtype, q);
    const valid = dispatchOne(refuseWhereOp, [one, logicalNot(logicalAnd(ge(one, 0), le(one, 1)))], {
      op,
      fault: 'q is out of range: got a value outside, expected 0 ≤ q ≤ 1.',
    });
    const count = one.size;
    const shape = [...values.shape.slice(0, -1), count];
    const wide = expand(reshape(valid, [count]), shape);
    const numbers = sum(logicalNot(isnan(values)), last, { keepdim: true });
    const ranks = ignoreNan
      ? mul(wide, clampMin(sub(castTo(numbers, x.dtype), 1), 0))
      : where(lt(numbers, n), n - 1, mul(wide, n - 1));
    const y = between(values, ranks, interpolation);
    const first = permute(y, [last, ...y.shape.keys()].slice(0, last + 1));
    return reshape(first, [...one.shape, ...out]);
  });
}

/**
 * Quantiles along a dimension, or of all elements: the value below which the part q lies. NaN where an element is NaN.
 *
 * @param x - float, any shape, not empty.
 * @param q - from 0 to 1: a number, or a tensor of the dtype of x, () or (k).
 * @param dim - undefined: of all elements.
 * @returns the reduced shape, after (k) if q is a vector.
 * @throws {@link DTypeError} for integers, or another dtype of q. @throws {@link ShapeError} when x is empty.
 * @throws {@link ArgumentError} for a number q outside [0, 1]. @throws {@link ValueError} for such a tensor.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.quantile.html
 *
 * @example
 * ```ts
 * import { quantile, tensor } from '@flambeau/core';
 * quantile(tensor([0, 1, 2, 4]), 0.5); // 1.5
 * ```
 */
export function quantile(x: Tensor, q: number | Tensor, dim?: number, options: QuantileOptions = {}): Tensor {
  return quantiles('quantile', x, q, dim, options, false);
}

/**
 * {@link quantile} of what is not NaN. NaN where everything is.
 *
 * @throws as {@link quantile}.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nanquantile.html
 *
 * @example
 * ```ts
 * import { nanquantile, tensor } from '@flambeau/core';
 * nanquantile(tensor([1, NaN, 2]), 0.5); // 1.5
 * ```
 */
export function nanquantile(
  x: Tensor,
  q: number | Tensor,
  dim?: number,
  options: QuantileOptions = {},
): Tensor {
  return quantiles('nanquantile', x, q, dim, options, true);
}
