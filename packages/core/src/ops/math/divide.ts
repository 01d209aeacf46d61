import { ArgumentError } from '../../errors.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { constant, s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { BinaryOp } from '../define.ts';
import { defineBinary } from '../define.ts';
import { byZero, div as trueDivide } from '../elementwise.ts';
import type { MapOp, MapOperand } from '../map-op.ts';
import { isFloatNode, withSign } from './nodes.ts';

const noGradient = (g: ScalarNode, args: readonly ScalarNode[]): readonly ScalarNode[] =>
  args.map(() => s.mul(g, 0));

/** ⌊a / b⌋ of floats by the exact remainder, as Python's floor division. */
function floorFloat(a: ScalarNode, b: ScalarNode): ScalarNode {
  const r = s.fmod(a, b);
  const exact = s.div(s.sub(a, r), b);
  const below = s.and(s.ne(r, 0), s.xor(s.lt(r, 0), s.lt(b, 0)));
  const quotient = s.select(below, s.sub(exact, 1), exact);
  const low = s.floor(quotient);
  const whole = s.select(s.gt(s.sub(quotient, low), 0.5), s.add(low, 1), low);
  const zero = withSign(s.mul(s.abs(quotient), 0), s.div(a, b));
  const ratio = s.div(a, b);
  // Beyond all numbers there is nothing to round, and the remainder may not be exact.
  const plain = s.or(s.eq(b, 0), s.and(s.eq(s.abs(ratio), Infinity), s.lt(s.abs(a), Infinity)));
  return s.select(plain, ratio, s.select(s.ne(quotient, 0), whole, zero));
}

function floorInteger(a: ScalarNode, b: ScalarNode): ScalarNode {
  const r = s.fmod(a, b);
  const below = s.and(s.ne(r, 0), s.xor(s.lt(r, 0), s.lt(b, 0)));
  return s.sub(s.div(a, b), s.select(below, constant(1, a.type), constant(0, a.type)));
}

/**
 * ⌊a / b⌋, broadcast; integers stay integers. The quotient of an integer by a tensor's 0 is 0: unlike PyTorch's, kernels
 * do not throw.
 *
 * @throws {@link DTypeError} when both are bools. @throws {@link ArgumentError} for integers and the number 0.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.floor_divide.html
 *
 * @example
 * ```ts
 * import { floorDivide, tensor } from '@flambeau/core';
 * floorDivide(tensor([7, -7]), 2); // [3, -4]
 * ```
 */
export const floorDivide: BinaryOp = /*#__PURE__*/ defineBinary(
  'floorDivide',
  (a, b) => (isFloatNode(a) ? floorFloat(a, b) : floorInteger(a, b)),
  { rule: 'arithmetic', check: /*#__PURE__*/ byZero('floorDivide'), vjp: noGradient },
);

/** a / b without its fraction. @internal */
export const truncDivideOp: BinaryOp = /*#__PURE__*/ defineBinary(
  'truncDivide',
  (a, b) => (isFloatNode(a) ? s.trunc(s.div(a, b)) : s.div(a, b)),
  { rule: 'arithmetic', check: /*#__PURE__*/ byZero('div'), vjp: noGradient },
);

/** Options of {@link div}. */
export interface DivOptions {
  /** `floor` rounds down, as Python's //; `trunc` towards 0, as C's division. Default null: true division. */
  readonly roundingMode?: 'floor' | 'trunc' | null;
}

/** Division, and the declaration of its op. */
export interface Div {
  (a: MapOperand, b: MapOperand, options?: DivOptions): Tensor;
  readonly op: MapOp;
}

function withRounding(row: BinaryOp): Div {
  const divide = (a: MapOperand, b: MapOperand, options?: DivOptions): Tensor => {
    const mode = options?.roundingMode;
    if (mode == null) return row(a, b);
    if (mode === 'floor') return floorDivide(a, b);
    if (mode === 'trunc') return truncDivideOp(a, b);
    throw new ArgumentError(
      'div',
      `unknown roundingMode: got '${String(mode)}', expected 'floor', 'trunc' or null.`,
    );
  };
  return Object.assign(divide, { op: row.op });
}

/**
 * a / b, elementwise, broadcast: integers give float32. With a `roundingMode` integers stay integers, their quotient by a
 * tensor's 0 is 0, and the gradient is 0.
 *
 * @throws {@link ArgumentError} for another mode, and for integers and the number 0 with a mode.
 * @throws {@link DTypeError} for two bools with a mode.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.div.html
 *
 * @example
 * ```ts
 * import { div, tensor } from '@flambeau/core';
 * div(tensor([7, -7]), 2); // [3.5, -3.5]
 * div(tensor([7, -7]), 2, { roundingMode: 'floor' }); // [3, -4]
 * ```
 */
export const div: Div = /*#__PURE__*/ withRounding(trueDivide);
