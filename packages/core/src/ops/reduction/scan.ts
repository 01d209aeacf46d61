import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { DType } from '../../dtype.ts';
import { isFloat } from '../../dtype.ts';
import { ValueError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { defineOp } from '../define.ts';
import { add, castTo, eq, mul, where } from '../elementwise.ts';
import type { KernelOp, OutputSpec } from '../op.ts';
import type { AxisAttrs, LinearScanAttrs } from '../types.ts';
import { flip, reshape } from '../view.ts';
import { positionsAlong, refuseWrapped, scanByDoubling, shifted, sumOfWindows } from './scan-steps.ts';

const asInput = ([x]: readonly Tensor[]): readonly OutputSpec[] => [
  { shape: (x as Tensor).shape, dtype: (x as Tensor).dtype },
];

/** Options of running sums and products. */
export interface ScanOptions {
  /** Convert to this dtype first. */
  readonly dtype?: DType;
}

/** @internal */
export const cumsumOp: KernelOp<AxisAttrs> = /*#__PURE__*/ defineOp<AxisAttrs>({
  name: 'cumsum',
  class: 'static',
  infer: asInput,
  lower: ([x], { axis }) => {
    const t = x as Tensor;
    if (!isFloat(t.dtype)) return [sumOfWindows(t, axis)];
    return scanByDoubling([t], axis, ([a], [b]) => [add(a as Tensor, b as Tensor)]);
  },
  fault: ({ value }) =>
    new ValueError(
      'cumsum',
      `an integer sum does not fit: got ${value}, expected −2^31 ≤ sum < 2^31. Sum floats: pass { dtype: 'float32' }.`,
      { value },
    ),
  vjp: ([g], { attrs: { axis } }) => [
    g ? flip(dispatchOne(cumsumOp, [flip(g, axis)], { axis }), axis) : null,
  ],
});

/** @internal */
export const cumprodOp: KernelOp<AxisAttrs> = /*#__PURE__*/ defineOp<AxisAttrs>({
  name: 'cumprod',
  class: 'static',
  infer: asInput,
  lower: ([x], { axis }) => {
    const t = x as Tensor;
    const run = (parts: readonly Tensor[]): readonly Tensor[] =>
      scanByDoubling(parts, axis, (a, b) => a.map((p, i) => mul(p, b[i] as Tensor)));
    if (isFloat(t.dtype)) return run([t]);
    const [products, approximate] = run([t, castTo(t, 'float32')]) as [Tensor, Tensor];
    return [refuseWrapped(products, approximate)];
  },
  fault: () => productFault('cumprod'),
  saves: { inputs: [0], outputs: [0] },
  // Element k appears in every later product: before(k) · Σ_j g_j · (what stands between k and j), without a division.
  vjp: ([g], { inputs: [x], outputs: [y], attrs: { axis } }) => {
    if (!g || !x || !y) return [null];
    const later = dispatchOne(linearScanOp, [shifted(x, axis, -1), g], { axis, reverse: true });
    return [mul(exclusive(y, axis), later)];
  },
});

/** Running products without an element's own, from those with it. */
export function exclusive(products: Tensor, axis: number): Tensor {
  return where(eq(positionsAlong(products, axis), 0), 1, shifted(products, axis, 1));
}

/** The error for an integer product beyond int32. */
export function productFault(op: string): ValueError {
  return new ValueError(
    op,
    "an integer product does not fit: got one beyond int32, expected −2^31 ≤ product < 2^31. Multiply floats: pass { dtype: 'float32' }.",
  );
}

/**
 * `[a, b] → y` with y_k = a_k·y_{k−1} + b_k along an axis; reversed, y_k = a_k·y_{k+1} + b_k. The gradient of a running
 * product is one, and its own gradient is one that runs the other way.
 * @internal
 */
export const linearScanOp: KernelOp<LinearScanAttrs> = /*#__PURE__*/ defineOp<LinearScanAttrs>({
  name: 'linearScan',
  class: 'static',
  infer: asInput,
  lower: ([a, b], { axis, reverse }) => {
    const turn = (x: Tensor): Tensor => (reverse ? flip(x, axis) : x);
    const [, y] = scanByDoubling([turn(a as Tensor), turn(b as Tensor)], axis, (p, q) => {
      const [a1, b1] = p as readonly [Tensor, Tensor];
      const [a2, b2] = q as readonly [Tensor, Tensor];
      return [mul(a2, a1), add(mul(a2, b1), b2)];
    });
    return [reverse ? clone(turn(y as Tensor)) : (y as Tensor)];
  },
  saves: { inputs: [0], outputs: [0] },
  vjp: ([g], { inputs: [a], outputs: [y], attrs: { axis, reverse } }) => {
    if (!g || !a || !y) return [null, null];
    const [back, forth] = reverse ? ([1, -1] as const) : ([-1, 1] as const);
    const db = dispatchOne(linearScanOp, [shifted(a, axis, back), g], { axis, reverse: !reverse });
    return [mul(db, shifted(y, axis, forth)), db];
  },
});

/** Runs an op along an axis; a 0-d tensor counts as a vector of one element. */
export function alongAxis<T extends object>(
  name: string,
  x: Tensor,
  axis: number,
  run: (x: Tensor, axis: number) => T,
  asScalar: (y: T) => T,
): T {
  const a = normalizeAxis(name, axis, x.shape.length);
  if (x.shape.length > 0) return composed(x.device, () => run(x, a));
  return composed(x.device, () => asScalar(run(reshape(x, [1]), 0)));
}

const scalarOf = (y: Tensor): Tensor => reshape(y, []);

function runningInt32OrFloat(
  op: KernelOp<AxisAttrs>,
  x: Tensor,
  axis: number,
  { dtype = x.dtype }: ScanOptions,
): Tensor {
  return alongAxis(
    op.name,
    x,
    axis,
    (t, a) => {
      const given = castTo(t, dtype);
      return dispatchOne(op, [isFloat(dtype) ? given : castTo(given, 'int32')], { axis: a });
    },
    scalarOf,
  );
}

/**
 * Sums of each element and those before it along an axis: y_k = x_0 + … + x_k. Integers and bools give int32, exactly.
 *
 * @throws {@link ValueError} when an integer sum does not fit into int32.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cumsum.html
 *
 * @example
 * ```ts
 * import { cumsum, tensor } from '@flambeau/core';
 * cumsum(tensor([1, 2, 3]), 0); // [1, 3, 6]
 * ```
 */
export function cumsum(x: Tensor, axis: number, options: ScanOptions = {}): Tensor {
  return runningInt32OrFloat(cumsumOp, x, axis, options);
}

/**
 * Products of each element and those before it along an axis: y_k = x_0 · … · x_k. Integers and bools give int32. The
 * gradient is right where elements are 0.
 *
 * @throws {@link ValueError} when an integer product does not fit into int32.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cumprod.html
 *
 * @example
 * ```ts
 * import { cumprod, tensor } from '@flambeau/core';
 * cumprod(tensor([2, 3, 4]), 0); // [2, 6, 24]
 * ```
 */
export function cumprod(x: Tensor, axis: number, options: ScanOptions = {}): Tensor {
  return runningInt32OrFloat(cumprodOp, x, axis, options);
}
