import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { DType } from '../../dtype.ts';
import { runtime } from '../../runtime.ts';
import { s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { filled, zerosOf } from '../create-ops.ts';
import { type BinaryOp, defineBinary, defineOp } from '../define.ts';
import { castTo, div, eq, gt, maximum, minimum, mul, sub, where } from '../elementwise.ts';
import { gatherOp, type IndexAttrs, outOfRange, scatterAddOp } from '../indexing.ts';
import type { KernelOp } from '../op.ts';
import { arangeOf } from '../ranges.ts';
import { amax, amin, sum } from '../reduce.ts';
import { cumprodOp, exclusive } from '../reduction/scan.ts';
import { stretch } from '../reduction/scan-steps.ts';
import type { ExtremeOrProduct, ScatterReduceKernelAttrs } from '../types.ts';
import { flip, permute, select, sliceEmbedOp, unsqueeze } from '../view.ts';
import { copyInto } from '../write.ts';

/** Attributes of {@link scatterReduceOp}. */
export interface ScatterReduceAttrs extends IndexAttrs, ScatterReduceKernelAttrs {}

const LEAST: Readonly<Record<DType, number>> = {
  float32: -Infinity,
  float64: -Infinity,
  int32: -(2 ** 31),
  uint8: 0,
  int8: -128,
  bool: 0,
};
const MOST: Readonly<Record<DType, number>> = {
  float32: Infinity,
  float64: Infinity,
  int32: 2 ** 31 - 1,
  uint8: 255,
  int8: 127,
  bool: 1,
};

/** What leaves the other operand as it is. */
export function neutralOf(reduce: ExtremeOrProduct, dtype: DType): number {
  return reduce === 'prod' ? 1 : (reduce === 'amax' ? LEAST : MOST)[dtype];
}

const joined = { amax: maximum, amin: minimum, prod: mul } as const;

/** a / b for integers, rounded down; b above 0. @internal */
export const floorQuotient: BinaryOp = /*#__PURE__*/ defineBinary('floorQuotient', (a, b) => {
  const q = s.div(a, b);
  return s.select(s.gt(s.mul(q, b), a), s.sub(q, 1), q);
});

/** The axis moved to the end, or back. */
function axisLast(x: Tensor, axis: number): Tensor {
  const order = [...x.shape.keys()].filter((i) => i !== axis);
  return permute(x, [...order, axis]);
}

function axisBack(x: Tensor, axis: number): Tensor {
  const last = x.shape.length - 1;
  return permute(
    x,
    x.shape.map((_, i) => (i < axis ? i : i === axis ? last : i - 1)),
  );
}

/** The part of x that the index can reach: its sizes outside of the axis. */
function reachable(x: Tensor, index: Tensor, axis: number): Tensor {
  return index.shape.reduce((t, n, i) => (i === axis || n === t.shape[i] ? t : stretch(t, i, 0, n)), x);
}

/** Products over the last axis by halving, in the dtype's own arithmetic. */
function productOfLast(x: Tensor): Tensor {
  const axis = x.shape.length - 1;
  let y = x;
  let odd: Tensor | null = null;
  for (let n = y.shape[axis] as number; n > 1; n = Math.floor(n / 2)) {
    const half = Math.floor(n / 2);
    if (n % 2 === 1) {
      const last: Tensor = select(y, axis, -1);
      odd = odd ? mul(odd, last) : last;
    }
    y = mul(stretch(y, axis, 0, half), stretch(y, axis, half, half));
  }
  const product = select(y, axis, 0);
  return odd ? mul(product, odd) : product;
}

/** Which element points at which position of its line: (…, size, n), with the elements laid out there, else `rest`. */
function laidOut(
  size: number,
  index: Tensor,
  source: Tensor,
  axis: number,
  rest: number,
): { readonly hits: Tensor; readonly laid: Tensor } {
  const positions = unsqueeze(arangeOf(index.device, size), -1);
  const hits = eq(unsqueeze(axisLast(index, axis), -2), positions);
  return { hits, laid: castTo(where(hits, unsqueeze(axisLast(source, axis), -2), rest), source.dtype) };
}

/**
 * `[x, index, source] → [y]`: the largest, smallest or product of x and what source has for each place. Without a kernel
 * every place is compared with every element of its line: size · n for a line of n.
 * @internal
 */
export const scatterReduceOp: KernelOp<ScatterReduceAttrs> = /*#__PURE__*/ defineOp<ScatterReduceAttrs>({
  name: 'scatterReduce',
  class: 'checked',
  strided: true,
  infer: ([x]) => [x as Tensor],
  fault: /*#__PURE__*/ outOfRange('scatterReduce'),
  lower: (inputs, attrs) => {
    const [x, index, source] = inputs as readonly [Tensor, Tensor, Tensor];
    const { axis, size, reduce } = attrs;
    const out = clone(x);
    if (index.size === 0) return [out];
    dispatchOne(gatherOp, [x, index], attrs); // tells positions that are not there
    const { laid } = laidOut(size, index, source, axis, neutralOf(reduce, x.dtype));
    const found = reduce === 'prod' ? productOfLast(laid) : (reduce === 'amax' ? amax : amin)(laid, -1);
    const part = reachable(out, index, axis);
    copyInto(part, castTo(joined[reduce](part, axisBack(found, axis)), x.dtype));
    return [out];
  },
  saves: { inputs: [0, 1, 2], outputs: [0] },
  vjp: ([g], { inputs: [x, index, source], outputs: [y], attrs }) => {
    if (!g || !x || !index || !source || !y) return [null, null, null];
    const at = { g, x, index, source };
    return attrs.reduce === 'prod' ? productGradients(at, attrs) : extremeGradients(at, y, attrs);
  },
});

interface GradientParts {
  readonly g: Tensor;
  readonly x: Tensor;
  readonly index: Tensor;
  readonly source: Tensor;
}

type Gradients = readonly (Tensor | null)[];

/** Equal extremes share the gradient. */
function extremeGradients(parts: GradientParts, y: Tensor, attrs: IndexAttrs): Gradients {
  const { g, x, index, source } = parts;
  const own = castTo(eq(x, y), g.dtype);
  const its = castTo(eq(source, dispatchOne(gatherOp, [y, index], attrs)), g.dtype);
  const share = div(g, dispatchOne(scatterAddOp, [own, index, its], attrs));
  return [mul(own, share), null, mul(its, dispatchOne(gatherOp, [share, index], attrs))];
}

/** The product of the others. The short way divides by each factor but 0, which is not to be differentiated again. */
function productGradients(parts: GradientParts, attrs: ScatterReduceAttrs): Gradients {
  if (runtime.gradMode) return factorGradients(parts, attrs);
  const { g, x, index, source } = parts;
  const isZero = eq(source, 0);
  const factors = where(isZero, 1, source);
  const ones = filled(g.device, x.shape, x.dtype, 1);
  const product = dispatchOne(scatterReduceOp, [ones, index, factors], attrs);
  const none = zerosOf(g.device, x.shape, 'int32');
  const zeros = dispatchOne(scatterAddOp, [none, index, castTo(isZero, 'int32')], attrs);
  const pick = (t: Tensor): Tensor => dispatchOne(gatherOp, [t, index], attrs);
  const otherZeros = sub(pick(zeros), castTo(isZero, 'int32'));
  return [
    mul(g, where(gt(zeros, 0), 0, product)),
    null,
    where(gt(otherZeros, 0), 0, div(pick(mul(mul(g, x), product)), factors)),
  ];
}

/** The same by products of what stands before and after each factor: exact to every order, size · n for a line of n. */
function factorGradients({ g, x, index, source }: GradientParts, { axis, size }: IndexAttrs): Gradients {
  if (index.size === 0) return [g, null, mul(source, 0)];
  const { hits, laid } = laidOut(size, index, source, axis, 1);
  const last = laid.shape.length - 1;
  const before = (t: Tensor): Tensor => exclusive(dispatchOne(cumprodOp, [t], { axis: last }), last);
  const others = mul(before(laid), flip(before(flip(laid, last)), last));
  const lines = (t: Tensor): Tensor => axisLast(reachable(t, index, axis), axis);
  const scale = unsqueeze(mul(lines(g), lines(x)), -1);
  const own = sum(where(hits, mul(scale, others), 0), -2);
  const whole = mul(select(others, last, 0), select(laid, last, 0));
  return [scaledPart(g, axisBack(whole, axis)), null, axisBack(own, axis)];
}

/** g with the part that the index reaches multiplied. */
function scaledPart(g: Tensor, factor: Tensor): Tensor {
  if (factor.size === g.size) return mul(g, factor);
  const spread = (t: Tensor): Tensor =>
    g.shape.reduce((part, n, i) => {
      const count = part.shape[i] as number;
      const shape = part.shape.map((size, k) => (k === i ? n : size));
      return count === n
        ? part
        : dispatchOne(sliceEmbedOp, [part], { axis: i, start: 0, count, step: 1, shape });
    }, t);
  const inside = gt(spread(filled(g.device, factor.shape, 'int32', 1)), 0);
  return mul(g, where(inside, spread(factor), 1));
}
