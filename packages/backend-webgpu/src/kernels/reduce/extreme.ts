import type { Kernel, Operand, ReduceAttrs } from '@flambeau/core/functional';
import type { WordType } from '../../words.ts';
import { wordType } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import { problemOf } from './plan.ts';
import { reduce } from './reduce.ts';
import type { Reduction } from './reduction.ts';

/** The least value of a type. */
const least = (type: WordType): string => (type === 'f32' ? 'fromBits(0xff800000u)' : 'i32(-2147483648)');

const largest = (type: WordType): Reduction => ({
  key: `amax ${type}`,
  fields: { best: type },
  inputs: [type],
  outputs: [type],
  functions: type === 'f32' ? ['greatest', 'fromBits'] : [],
  text: (word) => {
    const better = (a: string, b: string): string =>
      type === 'f32' ? `greatest(${a}, ${b})` : `max(${a}, ${b})`;
    return {
      nothing: `State(${least(type)})`,
      join: `return State(${better('a.best', 'b.best')});`,
      take: `return State(${better('s.best', 'v0')});`,
      store: `out[${word(0)} + row] = s.best;`,
    };
  },
});

/** A position of no element: only rows of nothing but the least value are left with it, and its first stands at 0. */
const NOWHERE = '0x7fffffff';

/** Of equal values the first, and the first NaN, in whatever order they are looked at. */
const place = (type: WordType): Reduction => ({
  key: `argmax ${type}`,
  fields: { best: type, at: 'i32' },
  inputs: [type],
  outputs: ['i32'],
  functions: type === 'f32' ? ['isNan', 'fromBits'] : [],
  text: (word) => {
    const wins = type === 'f32' ? '(v0 > s.best) | isNan(v0)' : 'v0 > s.best';
    const open = type === 'f32' ? '!isNan(s.best) & ' : '';
    const [nanA, nanB] = type === 'f32' ? ['isNan(a.best)', 'isNan(b.best)'] : ['false', 'false'];
    return {
      nothing: `State(${least(type)}, ${NOWHERE})`,
      join: `let same = (a.best == b.best) | (${nanA} & ${nanB});
  let before = select(!${nanA} & ((b.best > a.best) | ${nanB}), b.at < a.at, same);
  return State(select(a.best, b.best, before), select(a.at, b.at, before));`,
      take: `let wins = ${open}(${wins});
  return State(select(s.best, v0, wins), select(s.at, position, wins));`,
      store: `out[${word(0)} + row] = select(s.at, 0, s.at == ${NOWHERE});`,
    };
  },
});

function createLargest(
  context: GpuContext,
  reductions: Readonly<Record<WordType, Reduction>>,
): Kernel<ReduceAttrs> {
  return ([x], [y], { count }, kernelContext) => {
    const [from, to] = [x as Operand, y as Operand];
    const what = { problem: problemOf(from, count), inputs: [from], outputs: [to], words: [to.offset] };
    reduce(context, reductions[wordType(from.dtype)], what, kernelContext);
  };
}

/** Largest element over the last axes. */
export function createAmax(context: GpuContext): Kernel<ReduceAttrs> {
  return createLargest(context, { f32: largest('f32'), i32: largest('i32') });
}

/** Position of the first largest element over the last axes. */
export function createArgmax(context: GpuContext): Kernel<ReduceAttrs> {
  return createLargest(context, { f32: place('f32'), i32: place('i32') });
}
