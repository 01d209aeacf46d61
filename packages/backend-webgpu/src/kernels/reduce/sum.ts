import type { Kernel, Operand, ReduceAttrs } from '@flambeau/core/functional';
import { wordType } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import { problemOf } from './plan.ts';
import { reduce } from './reduce.ts';
import type { Reduction } from './reduction.ts';

/** Adds floats in short blocks, and the blocks with what rounding loses beside them. */
export const sumOfFloats: Reduction = {
  key: 'sum f32',
  fields: { total: 'f32', rest: 'f32' },
  inputs: ['f32'],
  outputs: ['f32'],
  rounded: true,
  text: (word) => ({
    nothing: 'State(0.0, 0.0)',
    join: `let total = a.total + b.total;
  return State(total, a.rest + b.rest + lostBy(a.total, b.total, total));`,
    take: 'return State(s.total + v0, s.rest);',
    store: `out[${word(0)} + row] = sumOf(s.total, s.rest);`,
  }),
};

/** Adds in 64 bits; what does not fit into 32 is a fault. */
const integers: Reduction = {
  key: 'sum i32',
  fields: { low: 'u32', high: 'i32' },
  inputs: ['i32'],
  outputs: ['i32'],
  checked: true,
  text: (word) => ({
    nothing: 'State(0u, 0)',
    join: `let low = a.low + b.low;
  return State(low, a.high + b.high + select(0, 1, low < a.low));`,
    take: `let low = s.low + bitcast<u32>(v0);
  return State(low, s.high + (v0 >> 31u) + select(0, 1, low < s.low));`,
    store: `let sum = bitcast<i32>(s.low);
  if (s.high != (sum >> 31u)) { report(row); }
  out[${word(0)} + row] = sum;`,
    faultyValue: 'let s = whole(row); return vec2<i32>(bitcast<i32>(s.low), s.high);',
  }),
};

/** Sums over the last axes. */
export function createSum(context: GpuContext): Kernel<ReduceAttrs> {
  return ([x], [y], { count }, kernelContext) => {
    const [from, to] = [x as Operand, y as Operand];
    const what = { problem: problemOf(from, count), inputs: [from], outputs: [to], words: [to.offset] };
    reduce(context, wordType(from.dtype) === 'f32' ? sumOfFloats : integers, what, kernelContext);
  };
}
