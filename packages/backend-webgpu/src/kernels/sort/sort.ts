import type { Kernel, Operand, SearchAttrs, SortAttrs } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import type { Shader } from '../../shader/shader.ts';
import { elementwise, storage } from '../../shader/shader.ts';
import { prelude } from '../../wgsl/functions.ts';
import { Params } from '../../wgsl/layout.ts';
import type { WordType } from '../../words.ts';
import { wordType } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import { run, withScratch } from '../context.ts';
import { pairWords, sortKeys } from './ranked-runs.ts';

/** Numbers as unsigned keys of the same order: −0 is 0, and NaN the largest. */
const KEY_TEXT: Readonly<Record<WordType, string>> = {
  f32: `${prelude(['isNan'])}
fn key_of(x: f32) -> u32 {
  if (isNan(x)) { return 0xffffffffu; }
  let bits = select(bitcast<u32>(x), 0u, x == 0.0);
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}`,
  i32: 'fn key_of(x: i32) -> u32 { return bitcast<u32>(x) ^ 0x80000000u; }',
};

const keysOf = (type: WordType): Shader =>
  elementwise({
    name: `sort keys ${type}`,
    bindings: storage([type], ['u32']),
    paramWords: 6,
    code: `${KEY_TEXT[type]}
fn element(i: i32) {
  let n = param(2u);
  let inner = param(3u);
  let line = i / n;
  let key = key_of(in0[param(4u) + ((line / inner) * n + i % n) * inner + line % inner]);
  out[i] = select(key, ~key, param(5u) == 1);
}`,
  });

const results = (type: WordType): Shader =>
  elementwise({
    name: `sort results ${type}`,
    bindings: storage([type, 'u32'], [type, 'i32']),
    paramWords: 7,
    code: `fn element(i: i32) {
  let n = param(2u);
  let inner = param(3u);
  let line = i / n;
  let base = (line / inner) * n * inner + line % inner;
  let place = i32(in1[param(1u) + i]);
  out[param(5u) + base + (i % n) * inner] = in0[param(4u) + base + place * inner];
  out1[param(6u) + base + (i % n) * inner] = place;
}`,
  });

/** Values in order along an axis, and where they were. */
export function createSort(context: GpuContext): Kernel<SortAttrs> {
  return ([x], [y, index], { axis, descending }) => {
    const { shape, size, dtype } = x as Operand;
    if (size === 0) return;
    const type = wordType(dtype);
    const length = shape[axis] as number;
    const inner = sizeOf(shape.slice(axis + 1));
    const lines = size / length;
    withScratch(context, pairWords({ lines, length }), (keys) => {
      const params = new Params(size);
      params.add(length, inner, (x as Operand).offset, Number(descending));
      const pipeline = context.pipelines.get(`sort keys ${type}`, () => keysOf(type));
      run(context, pipeline, { params, operands: [x as Operand, keys] });
      sortKeys(context, keys, { lines, length }, (sorted) => {
        const places = new Params(size);
        places.add(length, inner, (x as Operand).offset, (y as Operand).offset, (index as Operand).offset);
        const last = context.pipelines.get(`sort results ${type}`, () => results(type));
        run(context, last, {
          params: places,
          operands: [x as Operand, sorted, y as Operand, index as Operand],
        });
      });
    });
  };
}

const searching = (type: WordType): Shader =>
  elementwise({
    name: `searchsorted ${type}`,
    bindings: storage([type, type], ['i32']),
    paramWords: 9,
    code: `fn element(i: i32) {
  let n = param(2u);
  let start = param(5u) + (i / param(3u)) * param(4u);
  let value = in1[param(6u) + i];
  var low = 0;
  var high = n;
  while (low < high) {
    let middle = (low + high) / 2;
    let edge = in0[start + middle];
    if (select(edge >= value, edge > value, param(8u) == 1)) { high = middle; }
    else { low = middle + 1; }
  }
  out[param(7u) + i] = low;
}`,
  });

/** How many of the sorted edges are less than each value, or not greater. */
export function createSearchsorted(context: GpuContext): Kernel<SearchAttrs> {
  return ([edges, x], [y], { right }) => {
    const [e, v, out] = [edges, x, y] as [Operand, Operand, Operand];
    if (v.size === 0) return;
    const type = wordType(v.dtype);
    const n = e.shape.at(-1) as number;
    const params = new Params(v.size);
    const shared = e.shape.length === 1;
    params.add(n, shared ? v.size : (v.shape.at(-1) as number), shared ? 0 : n);
    params.add(e.offset, v.offset, out.offset, Number(right));
    const pipeline = context.pipelines.get(`searchsorted ${type}`, () => searching(type));
    run(context, pipeline, { params, operands: [e, v, out] });
  };
}
