import type { AxisAttrs, Kernel } from '@flambeau/core/functional';
import { contiguousStrides } from '@flambeau/core/functional';
import { elementwise, storage } from '../shader/shader.ts';
import { locate, Params } from '../wgsl/layout.ts';
import { wrapped } from '../wgsl/scalar.ts';
import { wordType } from '../words.ts';
import type { GpuContext } from './context.ts';
import { runChecked } from './context.ts';

const without = (strides: readonly number[], axis: number): number[] =>
  strides.map((stride, i) => (i === axis ? 0 : stride));

/** y[…] = x at index along the axis. A position outside of it is reported, and read at the nearest end. */
export function createGather(context: GpuContext): Kernel<AxisAttrs> {
  return ([x, index], [y], { axis }, kernelContext) => {
    if (y.size === 0) return;
    const rank = index.shape.length;
    const type = wordType(x.dtype);
    const params = new Params(y.size);
    const shape = params.add(...index.shape);
    const source = params.add(x.offset, ...without(x.strides, axis));
    const positions = params.add(index.offset, ...index.strides);
    const line = params.add(x.shape[axis], x.strides[axis], y.offset);
    const pipeline = context.pipelines.get(`gather ${type} ${rank}`, () =>
      elementwise({
        name: `gather ${type}`,
        bindings: storage([type, 'i32'], [type]),
        paramWords: params.words.length + 1,
        checked: true,
        code: [
          locate('lineAt', { rank, shape, walk: source }),
          locate('indexAt', { rank, shape, walk: positions }),
          `fn faultyValue(i: i32) -> vec2<i32> { let value = in1[indexAt(i)]; return vec2<i32>(value, value >> 31u); }
fn element(i: i32) {
  let position = in1[indexAt(i)];
  let size = param(${line}u);
  if (position < 0 || position >= size) { report(i); }
  if (size > 0) { out[param(${line + 2}u) + i] = in0[lineAt(i) + clamp(position, 0, size - 1) * param(${line + 1}u)]; }
}`,
        ].join('\n'),
      }),
    );
    runChecked(context, pipeline, { params, operands: [x, index, y] }, kernelContext);
  };
}

/**
 * y = x, plus source added at index along the axis, in the index's order: each element of y looks through the whole line
 * of the index. Slow, and the same in every run.
 */
export function createScatterAdd(context: GpuContext): Kernel<AxisAttrs> {
  return ([x, index, source], [y], { axis }, kernelContext) => {
    if (y.size === 0) return;
    const rank = y.shape.length;
    const type = wordType(x.dtype);
    const params = new Params(y.size);
    const shape = params.add(...y.shape);
    const own = params.add(x.offset, ...x.strides);
    const positions = params.add(index.offset, ...without(index.strides, axis));
    const values = params.add(source.offset, ...without(source.strides, axis));
    const orderStrides = contiguousStrides(index.shape);
    const order = params.add(0, ...without(orderStrides, axis));
    const limits = params.add(...index.shape);
    const all = params.add(index.offset, ...index.strides);
    const line = params.add(
      index.shape[axis],
      index.strides[axis],
      source.strides[axis],
      orderStrides[axis],
      y.shape[axis],
      y.offset,
    );
    const pipeline = context.pipelines.get(`scatterAdd ${x.dtype} ${rank} ${axis}`, () =>
      elementwise({
        name: `scatterAdd ${type}`,
        bindings: storage([type, 'i32', type], [type]),
        paramWords: params.words.length + 1,
        checked: true,
        code: [
          locate('ownAt', { rank, shape, walk: own }),
          locate('indexLine', { rank, shape, walk: positions }),
          locate('valueLine', { rank, shape, walk: values }),
          locate('orderLine', { rank, shape, walk: order }),
          locate('indexAt', { rank, shape: limits, walk: all }),
          coordinates(rank, axis, shape, limits),
          `fn faultyValue(i: i32) -> vec2<i32> { let value = in1[indexAt(i)]; return vec2<i32>(value, value >> 31u); }
fn element(i: i32) {
  var total = in0[ownAt(i)];
  let me = place(i);
  if (me.y == 1) {
    let indices = indexLine(i);
    let added = valueLine(i);
    for (var r = 0; r < param(${line}u); r++) {
      let position = in1[indices + r * param(${line + 1}u)];
      if (position == me.x) { total += in2[added + r * param(${line + 2}u)]; }
      if (me.x == 0 && (position < 0 || position >= param(${line + 4}u))) { report(orderLine(i) + r * param(${line + 3}u)); }
    }
  }
  out[param(${line + 5}u) + i] = ${wrapped('total', x.dtype)};
}`,
        ].join('\n'),
      }),
    );
    runChecked(context, pipeline, { params, operands: [x, index, source, y] }, kernelContext);
  };
}

/** The text of `place(i)`: the coordinate along the axis, and 1 where the others lie within the index's shape. */
function coordinates(rank: number, axis: number, shape: number, limits: number): string {
  const lines = ['var rest = i;', 'var found = 0;', 'var inside = 1;'];
  for (let a = rank - 1; a >= 0; a--) {
    lines.push(`let c${a} = rest % param(${shape + a}u);`, `rest /= param(${shape + a}u);`);
    lines.push(a === axis ? `found = c${a};` : `if (c${a} >= param(${limits + a}u)) { inside = 0; }`);
  }
  return `fn place(i: i32) -> vec2<i32> { ${lines.join(' ')} return vec2<i32>(found, inside); }`;
}
