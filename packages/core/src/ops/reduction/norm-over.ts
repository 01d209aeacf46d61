import type { DType } from '../../dtype.ts';
import { DTYPES } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { constant, s } from '../../scalar/index.ts';
import { formatShape, normalizeAxes } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import type { BinaryOp } from '../define.ts';
import { defineBinary } from '../define.ts';
import { abs, castTo, ne, square } from '../elementwise.ts';
import { amax, amin, requireFloat, root, sum } from '../reduce.ts';

/** |x|ᵖ whose gradient at 0 is 0, also where the slope is infinite. @internal */
export const absPower: BinaryOp = /*#__PURE__*/ defineBinary('absPower', (x, p) => s.pow(s.abs(x), p), {
  vjp: (g, args) => {
    const [x, p] = args as [ScalarNode, ScalarNode];
    const isZero = s.eq(x, 0);
    const size = s.select(isZero, 1, s.abs(x));
    const sign = s.select(s.gt(x, 0), constant(1, x.type), constant(-1, x.type));
    const slope = s.mul(p, s.mul(sign, s.pow(size, s.sub(p, 1))));
    return [s.mul(g, s.select(isZero, 0, slope)), null];
  },
});

/** t to the power 1/p whose gradient at 0 is 0: the zero vector has no preferred direction. @internal */
export const rootOf: BinaryOp = /*#__PURE__*/ defineBinary('rootOf', (t, p) => s.pow(t, s.div(1, p)), {
  vjp: (g, args) => {
    const [t, p] = args as [ScalarNode, ScalarNode];
    const isZero = s.eq(t, 0);
    const size = s.select(isZero, 1, t);
    const slope = s.div(s.pow(size, s.sub(s.div(1, p), 1)), p);
    return [s.select(isZero, 0, s.mul(g, slope)), null];
  },
});

/** The p-norm over dimensions, for every p. */
export function normOver(
  op: string,
  x: Tensor,
  p: number,
  axes: number | readonly number[] | undefined,
  keepdim: boolean,
): Tensor {
  requireFloat(op, x.dtype);
  if (typeof p !== 'number' || Number.isNaN(p)) {
    throw new ArgumentError(op, `invalid order: got ${p}, expected a number, Infinity or -Infinity.`, { p });
  }
  const reduced = normalizeAxes(op, axes, x.shape.length);
  if ((p < 0 || p === Infinity) && reduced.some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(
      op,
      `nothing to reduce: got shape ${formatShape(x.shape)} and order ${p}, expected at least one element along the reduced dimensions.`,
      { shape: x.shape },
    );
  }
  const over = { keepdim };
  if (p === Infinity) return amax(abs(x), axes, over);
  if (p === -Infinity) return amin(abs(x), axes, over);
  if (p === 0) return sum(castTo(ne(x, 0), x.dtype), axes, over);
  if (p === 1) return sum(abs(x), axes, over);
  if (p === 2) return root(sum(square(x), axes, over));
  return rootOf(sum(absPower(x, p), axes, over), p);
}

/** x in the dtype asked for, which may not be narrower. */
export function widened(op: string, x: Tensor, dtype: DType = x.dtype): Tensor {
  requireFloat(op, x.dtype);
  requireFloat(op, dtype);
  if (DTYPES[dtype].bytes < DTYPES[x.dtype].bytes) {
    throw new DTypeError(
      op,
      `the dtype is narrower than the operand's: got ${dtype} for ${x.dtype}, expected ${x.dtype}. Cast with x.to('${dtype}').`,
      { dtype },
    );
  }
  return castTo(x, dtype);
}
