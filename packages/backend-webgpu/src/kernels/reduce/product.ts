import type { Kernel, Operand, ReduceAttrs } from '@flambeau/core/functional';
import { wordType } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import { problemOf } from './plan.ts';
import { reduce } from './reduce.ts';
import type { Reduction } from './reduction.ts';

const floats: Reduction = {
  key: 'prod f32',
  fields: { product: 'f32' },
  inputs: ['f32'],
  outputs: ['f32'],
  text: (word) => ({
    nothing: 'State(1.0)',
    join: 'return State(a.product * b.product);',
    take: 'return State(s.product * v0);',
    store: `out[${word(0)} + row] = s.product;`,
  }),
};

/** Functions of `State(size, negative)`, a product of integers as size and sign; one beyond int32 stays beyond until it meets 0. */
export const INTEGER_PRODUCT = {
  fields: { size: 'u32', negative: 'u32' },
  functions: ['highProduct'],
  nothing: 'State(1u, 0u)',
  join: `let product = a.size * b.size;
  let beyond = (highProduct(a.size, b.size) != 0u) | (product > 0x80000000u);
  return State(select(product, 0xffffffffu, beyond), a.negative ^ b.negative);`,
  take: 'return join(s, State(bitcast<u32>(abs(v0)), bitcast<u32>(v0) >> 31u));',
  isFault: '(s.size > 0x80000000u) | ((s.size == 0x80000000u) & (s.negative == 0u))',
  value: 'bitcast<i32>(select(s.size, 0u - s.size, s.negative == 1u))',
  // The message names no value.
  faultyValue: 'return vec2<i32>(0, 0);',
} as const;

const integers: Reduction = {
  key: 'prod i32',
  fields: INTEGER_PRODUCT.fields,
  inputs: ['i32'],
  outputs: ['i32'],
  functions: INTEGER_PRODUCT.functions,
  checked: true,
  text: (word) => ({
    ...INTEGER_PRODUCT,
    store: `if (${INTEGER_PRODUCT.isFault}) { report(row); }
  out[${word(0)} + row] = ${INTEGER_PRODUCT.value};`,
  }),
};

/** Products over the last axes. */
export function createProd(context: GpuContext): Kernel<ReduceAttrs> {
  return ([x], [y], { count }, kernelContext) => {
    const [from, to] = [x as Operand, y as Operand];
    const what = { problem: problemOf(from, count), inputs: [from], outputs: [to], words: [to.offset] };
    reduce(context, wordType(from.dtype) === 'f32' ? floats : integers, what, kernelContext);
  };
}
