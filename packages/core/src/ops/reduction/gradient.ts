import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxes } from '../../shape.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { add, castTo, div, mul, neg, sub } from '../elementwise.ts';
import { cat } from '../shape/join.ts';
import { reshape } from '../view.ts';
import { stretch } from './scan-steps.ts';

/** Options of {@link gradient}. */
export interface GradientOptions {
  /**
   * The distance between samples: one number for all dimensions, one per dimension, or one vector of places per dimension.
   * Default 1.
   */
  readonly spacing?: number | readonly (number | Tensor)[];
  /** Default: all dimensions. */
  readonly dim?: number | readonly number[];
  /** How the ends are estimated: from 2 samples (1, the default) or from 3 (2). */
  readonly edgeOrder?: 1 | 2;
}

/** Distances between neighbours: numbers, or vectors that broadcast along the axis. */
type Step = number | Tensor;

const plus = (a: Step, b: Step): Step => (typeof a === 'number' && typeof b === 'number' ? a + b : add(a, b));
const times = (a: Step, b: Step): Step =>
  typeof a === 'number' && typeof b === 'number' ? a * b : mul(a, b);
const over = (a: Step, b: Step): Step => (typeof a === 'number' && typeof b === 'number' ? a / b : div(a, b));
const minus = (a: Step, b: Step): Step =>
  typeof a === 'number' && typeof b === 'number' ? a - b : sub(a, b);
const negative = (a: Step): Step => (typeof a === 'number' ? -a : neg(a));

/** Σ weight · samples; what weighs nothing is left out, infinities too. */
function weighted(terms: readonly (readonly [Step, Tensor])[]): Tensor {
  return terms
    .filter(([weight]) => weight !== 0)
    .map(([weight, x]) => mul(x, weight))
    .reduce((a, b) => add(a, b));
}

/** The derivative along one axis: by the parabola through three neighbours inside, by a line or a parabola at the ends. */
function along(x: Tensor, axis: number, spacing: number | Tensor, edgeOrder: 1 | 2): Tensor {
  const n = x.shape[axis] as number;
  const at = (start: number, count = 1): Tensor => stretch(x, axis, start, count);
  const steps = typeof spacing === 'number' ? null : stepsOf(spacing, x, axis);
  const h = (start: number, count = 1): Step =>
    steps ? stretch(steps, axis, start, count) : (spacing as number);
  const parts: Tensor[] = [];
  if (edgeOrder === 1) parts.push(weighted([[over(1, h(0)), sub(at(1), at(0))]]));
  else parts.push(edge(h(0), h(1), at(0), at(1), at(2), 1));
  if (n > 2) {
    const [a, b] = [h(0, n - 2), h(1, n - 2)];
    const whole = plus(a, b);
    parts.push(
      weighted([
        [negative(over(b, times(a, whole))), at(0, n - 2)],
        [over(minus(b, a), times(a, b)), at(1, n - 2)],
        [over(a, times(b, whole)), at(2, n - 2)],
      ]),
    );
  }
  if (edgeOrder === 1) parts.push(weighted([[over(1, h(n - 2)), sub(at(n - 1), at(n - 2))]]));
  else parts.push(edge(h(n - 2), h(n - 3), at(n - 1), at(n - 2), at(n - 3), -1));
  return cat(parts, axis);
}

/** The slope at the first of three samples, `a` and `b` apart; seen from the other end the sign turns. */
function edge(a: Step, b: Step, x0: Tensor, x1: Tensor, x2: Tensor, sign: 1 | -1): Tensor {
  const whole = plus(a, b);
  const slope = weighted([
    [negative(over(plus(a, whole), times(a, whole))), x0],
    [over(whole, times(a, b)), x1],
    [negative(over(a, times(b, whole))), x2],
  ]);
  return sign === 1 ? slope : neg(slope);
}

/** Distances between the places along an axis, of a shape that broadcasts. */
function stepsOf(places: Tensor, x: Tensor, axis: number): Tensor {
  const n = places.size;
  const float = isFloat(places.dtype) ? places : castTo(places, x.dtype);
  const distances = sub(stretch(float, 0, 1, n - 1), stretch(float, 0, 0, n - 1));
  return reshape(
    distances,
    x.shape.map((_, i) => (i === axis ? n - 1 : 1)),
  );
}

/**
 * Estimates of the derivative of a function along dimensions from its samples, one tensor per dimension: second-order
 * accurate central differences inside, one-sided ones at the ends.
 *
 * @param x - samples; integers become float32.
 * @returns a list of tensors of x's shape, in the order of `dim`.
 * @throws {@link ShapeError} for dimensions of fewer than edgeOrder + 1 samples, or places that do not fit.
 * @throws {@link ArgumentError} when there is not one spacing per dimension, or on another edgeOrder.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.gradient.html
 *
 * @example
 * ```ts
 * import { gradient, tensor } from '@flambeau/core';
 * gradient(tensor([1, 4, 9, 16]))[0]; // [3, 4, 6, 7]
 * ```
 */
export function gradient(x: Tensor, options: GradientOptions = {}): readonly Tensor[] {
  const { spacing = 1, dim, edgeOrder = 1 } = options;
  if (edgeOrder !== 1 && edgeOrder !== 2) {
    throw new ArgumentError('gradient', `invalid edgeOrder: got ${edgeOrder}, expected 1 or 2.`, {
      edgeOrder,
    });
  }
  if (x.dtype === 'bool' || x.dtype === 'uint8') {
    throw new DTypeError('gradient', `not defined for ${x.dtype}: got ${x.dtype}, expected signed numbers.`, {
      dtype: x.dtype,
    });
  }
  const rank = x.shape.length;
  normalizeAxes('gradient', dim, rank);
  const listed = dim === undefined ? [...x.shape.keys()] : typeof dim === 'number' ? [dim] : dim;
  const axes = listed.map((axis) => (axis < 0 ? axis + rank : axis));
  const spacings = typeof spacing === 'number' ? axes.map(() => spacing) : spacing;
  if (spacings.length !== axes.length) {
    throw new ArgumentError(
      'gradient',
      `the spacing does not fit: got ${spacings.length} for ${axes.length} dimensions, expected one number, or one entry per dimension.`,
    );
  }
  for (const [i, axis] of axes.entries()) checkSamples(x, axis, spacings[i] as number | Tensor, edgeOrder);
  return composed(x.device, () => {
    const samples = isFloat(x.dtype) ? x : castTo(x, 'float32');
    return axes.map((axis, i) => along(samples, axis, spacings[i] as number | Tensor, edgeOrder));
  });
}

function checkSamples(x: Tensor, axis: number, spacing: number | Tensor, edgeOrder: 1 | 2): void {
  const n = x.shape[axis] as number;
  if (!(n > edgeOrder)) {
    throw new ShapeError(
      'gradient',
      `too few samples: got ${formatShape(x.shape)}, expected at least ${edgeOrder + 1} along dimension ${axis}.`,
      { shape: x.shape },
    );
  }
  if (isTensor(spacing) && (spacing.shape.length !== 1 || spacing.size !== n)) {
    throw new ShapeError(
      'gradient',
      `places do not fit: got ${formatShape(spacing.shape)}, expected [${n}], one per sample of dimension ${axis}.`,
      { shape: spacing.shape },
    );
  }
}
