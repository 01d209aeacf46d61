import type { AxisAttrs, Kernel, LinearScanAttrs, Operand } from '@flambeau/core/functional';
import type { WordType } from '../../words.ts';
import { wordType } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import { linesAlong } from '../lines/plan.ts';
import { INTEGER_PRODUCT } from '../reduce/product.ts';
import type { Scan } from './scan.ts';
import { scan } from './scan.ts';

/** Running sums of floats, with what rounding loses on the way. */
const floatSum: Scan = {
  key: 'cumsum f32',
  fields: { total: 'f32', rest: 'f32' },
  inputs: ['f32'],
  outputs: ['f32'],
  nothing: 'State(0.0, 0.0)',
  join: `let total = a.total + b.total;
  return State(total, a.rest + b.rest + lostBy(a.total, b.total, total));`,
  take: 'return join(s, State(v0, 0.0));',
  results: ['sumOf(s.total, s.rest)'],
};

const integerSum: Scan = {
  key: 'cumsum i32',
  fields: { low: 'u32', high: 'i32' },
  inputs: ['i32'],
  outputs: ['i32'],
  nothing: 'State(0u, 0)',
  join: `let low = a.low + b.low;
  return State(low, a.high + b.high + select(0, 1, low < a.low));`,
  take: 'return join(s, State(bitcast<u32>(v0), v0 >> 31u));',
  results: ['bitcast<i32>(s.low)'],
  isFault: 's.high != (bitcast<i32>(s.low) >> 31u)',
  faultyValue: 'let s = upTo(index); return vec2<i32>(bitcast<i32>(s.low), s.high);',
};

const floatProduct: Scan = {
  key: 'cumprod f32',
  fields: { product: 'f32' },
  inputs: ['f32'],
  outputs: ['f32'],
  nothing: 'State(1.0)',
  join: 'return State(a.product * b.product);',
  take: 'return State(s.product * v0);',
  results: ['s.product'],
};

const integerProduct: Scan = {
  ...INTEGER_PRODUCT,
  key: 'cumprod i32',
  inputs: ['i32'],
  outputs: ['i32'],
  results: [INTEGER_PRODUCT.value],
};

/** The best element so far and its last position; NaN wins and stays. */
function runningBest(name: 'cummax' | 'cummin', type: WordType): Scan {
  const [atLeast, worst] =
    name === 'cummax'
      ? ['>=', type === 'f32' ? 'fromBits(0xff800000u)' : 'i32(-2147483648)']
      : ['<=', type === 'f32' ? 'fromBits(0x7f800000u)' : '2147483647'];
  const wins = (b: string, a: string): string =>
    type === 'f32' ? `isNan(${b}) | (!isNan(${a}) & (${b} ${atLeast} ${a}))` : `${b} ${atLeast} ${a}`;
  return {
    key: `${name} ${type}`,
    fields: { best: type, at: 'i32' },
    inputs: [type],
    outputs: [type, 'i32'],
    functions: type === 'f32' ? ['isNan', 'fromBits'] : [],
    nothing: `State(${worst}, 0)`,
    join: `let wins = ${wins('b.best', 'a.best')};
  return State(select(a.best, b.best, wins), select(a.at, b.at, wins));`,
    take: 'return join(s, State(v0, position));',
    results: ['s.best', 's.at'],
  };
}

/** log Σ eˣ so far, as the largest x and the sum of exponentials below it. */
const logSum: Scan = {
  key: 'logcumsumexp',
  fields: { top: 'f32', total: 'f32' },
  inputs: ['f32'],
  outputs: ['f32'],
  functions: ['greatest', 'exponential', 'logarithm', 'fromBits'],
  nothing: 'State(fromBits(0xff800000u), 0.0)',
  // Equal infinities are no distance apart.
  join: `let top = greatest(a.top, b.top);
  let before = a.total * select(exponential(a.top - top), 1.0, a.top == top);
  return State(top, before + b.total * select(exponential(b.top - top), 1.0, b.top == top));`,
  take: 'return join(s, State(v0, 1.0));',
  results: ['s.top + logarithm(s.total)'],
};

/** y_k = a_k·y_{k−1} + b_k: a run of elements takes y to factor·y + value. */
const linear: Scan = {
  key: 'linearScan',
  fields: { factor: 'f32', value: 'f32' },
  inputs: ['f32', 'f32'],
  outputs: ['f32'],
  nothing: 'State(1.0, 0.0)',
  // Factors may overflow where there is nothing that they multiply.
  join: `return State(a.factor * b.factor, select(b.factor * a.value, 0.0, a.value == 0.0) + b.value);`,
  take: `if (position == 0) { return State(0.0, v1); }
  return State(s.factor * v0, v0 * s.value + v1);`,
  results: ['s.value'],
};

const byType =
  (floats: Scan, integers: Scan) =>
  (context: GpuContext): Kernel<AxisAttrs> =>
  (inputs, outputs, { axis }, kernelContext) => {
    const x = inputs[0] as Operand;
    const what = wordType(x.dtype) === 'f32' ? floats : integers;
    scan(context, what, { lines: linesAlong(x, axis), inputs, outputs }, kernelContext);
  };

/** x_0 + … + x_k. */
export const createCumsum: (context: GpuContext) => Kernel<AxisAttrs> = byType(floatSum, integerSum);

/** x_0 · … · x_k. */
export const createCumprod: (context: GpuContext) => Kernel<AxisAttrs> = byType(floatProduct, integerProduct);

/** Running maxima. */
export const createCummax: (context: GpuContext) => Kernel<AxisAttrs> = byType(
  runningBest('cummax', 'f32'),
  runningBest('cummax', 'i32'),
);

/** Running minima. */
export const createCummin: (context: GpuContext) => Kernel<AxisAttrs> = byType(
  runningBest('cummin', 'f32'),
  runningBest('cummin', 'i32'),
);

/** log(e^x_0 + … + e^x_k). */
export const createLogcumsumexp: (context: GpuContext) => Kernel<AxisAttrs> = byType(logSum, logSum);

/** y_k = a_k·y_{k−1} + b_k, or from the end. */
export function createLinearScan(context: GpuContext): Kernel<LinearScanAttrs> {
  return (inputs, outputs, { axis, reverse }, kernelContext) => {
    const lines = linesAlong(outputs[0] as Operand, axis);
    scan(context, linear, { lines, inputs, outputs, reverse }, kernelContext);
  };
}
