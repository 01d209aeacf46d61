import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { zerosOf } from '../create-ops.ts';
import { add, castTo, eq, ge, gt, logicalAnd, logicalOr, lt, mul, ne, where } from '../elementwise.ts';
import { arangeOf } from '../ranges.ts';
import { sumOp } from '../reduce.ts';
import { permute, reshape, sliceEmbedOp, sliceOp, unsqueeze, windowsOp } from '../view.ts';
import { copyInto } from '../write.ts';

/** `count` positions of an axis from `start`: a view. */
export function stretch(x: Tensor, axis: number, start: number, count: number): Tensor {
  return dispatchOne(sliceOp, [x], { axis, start, count, step: 1 });
}

/** Elements moved by one position along an axis, towards its end (1) or its start (−1); a zero moves in. */
export function shifted(x: Tensor, axis: number, by: 1 | -1): Tensor {
  const { shape, dtype, device } = x;
  const count = (shape[axis] as number) - 1;
  if (count < 1) return zerosOf(device, shape, dtype);
  const kept = stretch(x, axis, by === 1 ? 0 : 1, count);
  return dispatchOne(sliceEmbedOp, [kept], { axis, start: by === 1 ? 1 : 0, count, step: 1, shape });
}

/** The positions along an axis, of a shape that broadcasts. */
export function positionsAlong(x: Tensor, axis: number): Tensor {
  const n = x.shape[axis] as number;
  return reshape(
    arangeOf(x.device, n),
    x.shape.map((_, i) => (i === axis ? n : 1)),
  );
}

/**
 * An inclusive scan along an axis in ⌈log₂ n⌉ steps: after each, an element stands for twice as many before it.
 *
 * @param parts - what is scanned together, of one shape.
 * @param combine - the associative rule, from earlier parts and later ones.
 */
export function scanByDoubling(
  parts: readonly Tensor[],
  axis: number,
  combine: (earlier: readonly Tensor[], later: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  let current = parts.map(clone);
  const n = current[0]?.shape[axis] ?? 0;
  for (let width = 1; width < n; width *= 2) {
    const later = current.map((x) => stretch(x, axis, width, n - width));
    const combined = combine(
      current.map((x) => stretch(x, axis, 0, n - width)),
      later,
    );
    current = current.map((x, i) => {
      const out = clone(x);
      copyInto(stretch(out, axis, width, n - width), combined[i] as Tensor);
      return out;
    });
  }
  return current;
}

/**
 * Running sums as sums over overlapping windows of the padded values: n times the work, but integers stay exact and are
 * checked by `sum`.
 */
export function sumOfWindows(x: Tensor, axis: number): Tensor {
  const n = x.shape[axis] as number;
  if (x.size === 0) return clone(x);
  const order = [...x.shape.keys()].filter((i) => i !== axis);
  const lines = permute(x, [...order, axis]);
  const count = x.size / n;
  const padded = zerosOf(x.device, [count, 1, 1, 2 * n - 1], x.dtype);
  copyInto(stretch(padded, 3, n - 1, n), reshape(lines, [count, 1, 1, n]));
  const windows = dispatchOne(windowsOp, [padded], { size: [1, n], stride: [1, 1], dilation: [1, 1] });
  const sums = reshape(dispatchOne(sumOp, [windows], { count: 2 }), lines.shape);
  const back = x.shape.map((_, i) => (i === axis ? order.length : order.indexOf(i)));
  return clone(permute(sums, back));
}

/**
 * int32 products that wrapped are turned into a sum that does not fit, which every device tells; others stay.
 *
 * @param approximate - the same products in float32: they overflowed where these are too large, or of the other sign.
 */
export function refuseWrapped(products: Tensor, approximate: Tensor): Tensor {
  const large = gt(mul(approximate, approximate), 2 ** 60);
  const larger = gt(mul(approximate, approximate), 2.25 * 2 ** 62);
  const otherSign = ne(lt(approximate, 0), lt(products, 0));
  const wrapped = logicalAnd(large, logicalOr(larger, otherSign));
  const lanes = arangeOf(products.device, 2);
  const tooMuch = add(mul(eq(lanes, 0), 2 ** 31 - 1), lanes);
  const own = mul(unsqueeze(products, -1), eq(lanes, 0));
  const pair = where(unsqueeze(wrapped, -1), tooMuch, own);
  return dispatchOne(sumOp, [castTo(pair, 'int32')], { count: 1 });
}

/** True where a running extreme is replaced: NaN always replaces, equal values do. */
export function replaces(kind: 'max' | 'min', later: Tensor, earlier: Tensor): Tensor {
  const better = kind === 'max' ? ge(later, earlier) : ge(earlier, later);
  return logicalOr(better, ne(later, later));
}
