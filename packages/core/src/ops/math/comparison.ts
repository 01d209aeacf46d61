import { ArgumentError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { readData, readDataSync } from '../../read.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { constant, s } from '../../scalar/index.ts';
import { sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import type { BinaryOp, MapFunction, UnaryOp } from '../define.ts';
import { defineBinary, defineMap, defineUnary } from '../define.ts';
import { eq } from '../elementwise.ts';
import { all } from '../reduce.ts';
import { isFloatNode } from './nodes.ts';

/**
 * The larger of a and b; a number wins over NaN.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.fmax.html
 *
 * @example
 * ```ts
 * import { fmax, tensor } from '@flambeau/core';
 * fmax(tensor([1, NaN]), tensor([2, 3])); // [2, 3]
 * ```
 */
export const fmax: BinaryOp = /*#__PURE__*/ defineBinary('fmax', (a, b) =>
  s.select(s.or(s.ge(a, b), s.isnan(b)), a, b),
);

/**
 * The smaller of a and b; a number wins over NaN.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.fmin.html
 *
 * @example
 * ```ts
 * import { fmin, tensor } from '@flambeau/core';
 * fmin(tensor([1, NaN]), tensor([2, 3])); // [1, 3]
 * ```
 */
export const fmin: BinaryOp = /*#__PURE__*/ defineBinary('fmin', (a, b) =>
  s.select(s.or(s.le(a, b), s.isnan(b)), a, b),
);

/**
 * 0 below 0, 1 above, and at 0 what `values` says.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.heaviside.html
 *
 * @example
 * ```ts
 * import { heaviside, tensor } from '@flambeau/core';
 * heaviside(tensor([-1, 0, 2]), tensor([0.5])); // [0, 0.5, 1]
 * ```
 */
export const heaviside: BinaryOp = /*#__PURE__*/ defineBinary('heaviside', (x, values) =>
  s.select(s.eq(x, 0), values, s.select(s.gt(x, 0), constant(1, x.type), constant(0, x.type))),
);

/**
 * True where x is +∞, never for integers.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.isposinf.html
 *
 * @example
 * ```ts
 * import { isposinf, tensor } from '@flambeau/core';
 * isposinf(tensor([1, Infinity, -Infinity])); // [false, true, false]
 * ```
 */
export const isposinf: UnaryOp = /*#__PURE__*/ defineUnary(
  'isposinf',
  (x) => (isFloatNode(x) ? s.eq(x, Infinity) : s.ne(x, x)),
  { rule: 'compare' },
);

/**
 * True where x is −∞, never for integers.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.isneginf.html
 *
 * @example
 * ```ts
 * import { isneginf, tensor } from '@flambeau/core';
 * isneginf(tensor([1, Infinity, -Infinity])); // [false, false, true]
 * ```
 */
export const isneginf: UnaryOp = /*#__PURE__*/ defineUnary(
  'isneginf',
  (x) => (isFloatNode(x) ? s.eq(x, -Infinity) : s.ne(x, x)),
  { rule: 'compare' },
);

/** @internal */
export const iscloseOp: MapFunction = /*#__PURE__*/ defineMap(
  'isclose',
  5,
  (...args) => {
    const [a, b, rtol, atol, equalNan] = args as [ScalarNode, ScalarNode, ScalarNode, ScalarNode, ScalarNode];
    if (!isFloatNode(a)) return s.eq(a, b);
    const gap = s.abs(s.sub(a, b));
    const near = s.and(s.lt(gap, Infinity), s.le(gap, s.add(atol, s.abs(s.mul(rtol, b)))));
    const bothNan = s.and(s.and(s.isnan(a), s.isnan(b)), s.ne(equalNan, 0));
    return s.or(s.or(s.eq(a, b), near), bothNan);
  },
  { rule: 'compare' },
);

/** Options of {@link isclose} and {@link allclose}. */
export interface CloseOptions {
  /** Allowed difference relative to |b|. Default 1e-5. */
  readonly rtol?: number;
  /** Allowed difference beside it. Default 1e-8. */
  readonly atol?: number;
  /** NaN is close to NaN. Default false. */
  readonly equalNan?: boolean;
}

/**
 * True where |a − b| ≤ atol + rtol·|b|; infinities are close when equal.
 *
 * @throws {@link ArgumentError} for negative tolerances.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.isclose.html
 *
 * @example
 * ```ts
 * import { isclose, tensor } from '@flambeau/core';
 * isclose(tensor([1, 2]), tensor([1.000001, 3])); // [true, false]
 * ```
 */
export function isclose(a: Tensor, b: Tensor, options: CloseOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  if (!(rtol >= 0 && atol >= 0)) {
    throw new ArgumentError(
      'isclose',
      `a negative tolerance: got rtol ${rtol} and atol ${atol}, expected numbers of at least 0.`,
      { rtol, atol },
    );
  }
  return iscloseOp(a, b, rtol, atol, equalNan ? 1 : 0);
}

/** Whether a comparison holds everywhere, as a 0-d tensor. */
const everywhere = (a: Tensor, compare: () => Tensor): Tensor => composed(a.device, () => all(compare()));

async function told(verdict: Tensor): Promise<boolean> {
  const [value] = await readData(verdict);
  verdict.dispose();
  return value === 1;
}

function toldSync(verdict: Tensor, fn: string): boolean {
  const [value] = readDataSync(verdict, `${fn}Sync`, `await ${fn}(a, b)`);
  verdict.dispose();
  return value === 1;
}

/**
 * Whether all elements are close: see {@link isclose}.
 *
 * @throws {@link ShapeError} when the shapes do not broadcast. @throws {@link ArgumentError} for negative tolerances.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.allclose.html. Dtypes may differ: they are promoted.
 *
 * @example
 * ```ts
 * import { allclose, tensor } from '@flambeau/core';
 * await allclose(tensor([1, 2]), tensor([1, 2])); // true
 * ```
 */
export async function allclose(a: Tensor, b: Tensor, options: CloseOptions = {}): Promise<boolean> {
  return told(everywhere(a, () => isclose(a, b, options)));
}

/** {@link allclose} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function allcloseSync(a: Tensor, b: Tensor, options: CloseOptions = {}): boolean {
  return toldSync(
    everywhere(a, () => isclose(a, b, options)),
    'allclose',
  );
}

/**
 * Whether two tensors have the same shape and the same elements. NaN equals nothing; dtypes may differ.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.equal.html
 *
 * @example
 * ```ts
 * import { equal, tensor } from '@flambeau/core';
 * await equal(tensor([1, 2]), tensor([1, 2])); // true
 * ```
 */
export async function equal(a: Tensor, b: Tensor): Promise<boolean> {
  return sameShape(a.shape, b.shape) && told(everywhere(a, () => eq(a, b)));
}

/** {@link equal} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function equalSync(a: Tensor, b: Tensor): boolean {
  return (
    sameShape(a.shape, b.shape) &&
    toldSync(
      everywhere(a, () => eq(a, b)),
      'equal',
    )
  );
}

/** Options of {@link addcmul} and {@link addcdiv}. */
export interface AddScaledOptions {
  /** Multiplies what is added. Default 1. */
  readonly value?: number;
}

/** @internal */
export const addcmulOp: MapFunction = /*#__PURE__*/ defineMap('addcmul', 4, (...args) => {
  const [x, a, b, value] = args as [ScalarNode, ScalarNode, ScalarNode, ScalarNode];
  return s.add(x, s.mul(value, s.mul(a, b)));
});

/**
 * x + value·a·b, broadcast.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.addcmul.html
 *
 * @example
 * ```ts
 * import { addcmul, tensor } from '@flambeau/core';
 * addcmul(tensor([1]), tensor([2]), tensor([3]), { value: 10 }); // [61]
 * ```
 */
export function addcmul(x: Tensor, a: Tensor, b: Tensor, options: AddScaledOptions = {}): Tensor {
  return addcmulOp(x, a, b, options.value ?? 1);
}

/** @internal */
export const addcdivOp: MapFunction = /*#__PURE__*/ defineMap(
  'addcdiv',
  4,
  (...args) => {
    const [x, a, b, value] = args as [ScalarNode, ScalarNode, ScalarNode, ScalarNode];
    return s.add(x, s.mul(value, s.div(a, b)));
  },
  { rule: 'float' },
);

/**
 * x + value·a / b, broadcast.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.addcdiv.html
 *
 * @example
 * ```ts
 * import { addcdiv, tensor } from '@flambeau/core';
 * addcdiv(tensor([1]), tensor([3]), tensor([2]), { value: 10 }); // [16]
 * ```
 */
export function addcdiv(x: Tensor, a: Tensor, b: Tensor, options: AddScaledOptions = {}): Tensor {
  return addcdivOp(x, a, b, options.value ?? 1);
}
