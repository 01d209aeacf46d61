import type { Kernel, Operand, ReduceAttrs } from '@flambeau/core/functional';
import { mergeLayouts, sizeOf } from '@flambeau/core/functional';
import type { Shader } from '../shader/shader.ts';
import { elementwise, storage } from '../shader/shader.ts';
import { prelude } from '../wgsl/functions.ts';
import { locate, Params } from '../wgsl/layout.ts';
import { wordType } from '../words.ts';
import type { GpuContext } from './context.ts';
import { run, runChecked } from './context.ts';

/** A reduction's parameters and the text that finds its elements: `x(group, r)` for r below `length()`. */
function grouped(x: Operand, y: Operand, count: number): { params: Params; key: string; text: string } {
  const split = x.shape.length - count;
  const part = (from: number, to?: number) => {
    const merged = mergeLayouts({ shape: x.shape.slice(from, to), strides: [x.strides.slice(from, to)] });
    return { shape: merged.shape, strides: merged.strides[0] ?? [] };
  };
  const [kept, reduced] = [part(0, split), part(split)];
  const params = new Params(y.size);
  const length = params.add(sizeOf(reduced.shape));
  const outputAt = params.add(y.offset);
  const place = ({ shape, strides }: typeof kept, offset: number) => ({
    rank: shape.length,
    shape: params.add(...shape),
    walk: params.add(offset, ...strides),
  });
  const text = [
    locate('groupAt', place(kept, x.offset)),
    locate('memberAt', place(reduced, 0)),
    `fn length() -> i32 { return param(${length}u); }`,
    `fn place(group: i32) -> i32 { return param(${outputAt}u) + group; }`,
  ].join('\n');
  return { params, key: `${kept.shape.length} ${reduced.shape.length}`, text };
}

/** Adds blocks of 64 elements, then the blocks: rounding errors grow slowly, and the same way in every run. */
const FLOAT_SUM = `
fn element(i: i32) {
  let start = groupAt(i);
  var total = 0.0;
  for (var first = 0; first < length(); first += 64) {
    var part = 0.0;
    for (var r = first; r < min(first + 64, length()); r++) { part += in0[start + memberAt(r)]; }
    total += part;
  }
  out[place(i)] = total;
}`;

/** Adds in 64 bits; what does not fit into 32 is a fault. */
const INTEGER_SUM = `
fn total(group: i32) -> vec2<i32> {
  let start = groupAt(group);
  var low = 0u;
  var high = 0;
  for (var r = 0; r < length(); r++) {
    let value = in0[start + memberAt(r)];
    low += bitcast<u32>(value);
    high += select(0, 1, low < bitcast<u32>(value)) + (value >> 31u);
  }
  return vec2<i32>(bitcast<i32>(low), high);
}
fn faultyValue(i: i32) -> vec2<i32> { return total(i); }
fn element(i: i32) {
  let sum = total(i);
  if (sum.y != (sum.x >> 31u)) { report(i); }
  out[place(i)] = sum.x;
}`;

/** Sums over the last axes. */
export function createSum(context: GpuContext): Kernel<ReduceAttrs> {
  return ([x], [y], { count }, kernelContext) => {
    if (y.size === 0) return;
    const type = wordType(x.dtype);
    const { params, key, text } = grouped(x, y, count);
    const checked = type === 'i32';
    const pipeline = context.pipelines.get(`sum ${type} ${key}`, () =>
      elementwise({
        name: `sum ${type}`,
        bindings: storage([type], [type]),
        paramWords: params.words.length + (checked ? 1 : 0),
        checked,
        code: text + (checked ? INTEGER_SUM : FLOAT_SUM),
      }),
    );
    if (checked) runChecked(context, pipeline, { params, operands: [x, y] }, kernelContext);
    else run(context, pipeline, { params, operands: [x, y] });
  };
}

/** Finds the first largest element; NaN wins. */
const largest = (type: 'f32' | 'i32', store: string): string => `
fn element(i: i32) {
  let start = groupAt(i);
  var at = 0;
  var best = in0[start + memberAt(0)];
  for (var r = 1; r < length(); r++) {
    let value = in0[start + memberAt(r)];
    if (${type === 'f32' ? '!isNan(best) && (isNan(value) || value > best)' : 'value > best'}) {
      best = value;
      at = r;
    }
  }
  out[place(i)] = ${store};
}`;

function createLargest(context: GpuContext, name: 'amax' | 'argmax'): Kernel<ReduceAttrs> {
  return ([x], [y], { count }) => {
    if (y.size === 0) return;
    const type = wordType(x.dtype);
    const { params, key, text } = grouped(x, y, count);
    const write = (): Shader =>
      elementwise({
        name: `${name} ${type}`,
        bindings: storage([type], [wordType(y.dtype)]),
        paramWords: params.words.length,
        code: [
          prelude(type === 'f32' ? ['isNan'] : []),
          text,
          largest(type, name === 'amax' ? 'best' : 'at'),
        ].join('\n'),
      });
    const pipeline = context.pipelines.get(`${name} ${type} ${key}`, write);
    run(context, pipeline, { params, operands: [x, y] });
  };
}

/** Largest element over the last axes. */
export function createAmax(context: GpuContext): Kernel<ReduceAttrs> {
  return createLargest(context, 'amax');
}

/** Position of the first largest element over the last axes. */
export function createArgmax(context: GpuContext): Kernel<ReduceAttrs> {
  return createLargest(context, 'argmax');
}
